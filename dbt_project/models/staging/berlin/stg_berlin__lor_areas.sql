{#-
  Areas of the Lebensweltlich orientierte Räume (LOR), edition 2006 (in force until 31.12.2020) and edition 2021. One row
  per edition and code; a planning area has 8 digits, and its first 6, 4 and 2 are the higher areas. Of the edition of
  2006 only planning areas have published outlines; the others stand here without a name.
-#}
with outlines_2006 as (

    select
        *,
        {{ planning_area_until_2020('id', 'bounding_box') }} as code
    from {{ source('berlin', 'lor-planungsraeume-until-2020') }}

),

planning_areas as (

    select * from {{ source('berlin', 'lor2021-planungsraeume') }}

),

district_regions as (

    select * from {{ source('berlin', 'lor2021-bezirksregionen') }}

),

forecast_areas as (

    select * from {{ source('berlin', 'lor2021-prognoseraeume') }}

),

accepted as (

    select snapshot_id from {{ source('catalog', 'ledger') }}
    where
        status = 'accepted'
        and dataset_id in (
            'lor-planungsraeume-until-2020', 'lor2021-planungsraeume', 'lor2021-bezirksregionen', 'lor2021-prognoseraeume'
        )

),

named as (

    select 'LOR_2006' as edition, code as area_code, name as area_name, try_cast(area as double) as area_sqm, snapshot
    from outlines_2006
    union all
    select distinct 'LOR_2006', left(code, digits), null, cast(null as double), snapshot
    from outlines_2006
    cross join (values (4), (6)) as lengths (digits)
    union all
    select 'LOR_2021', plr_id, plr_name, null, snapshot from planning_areas
    union all
    select 'LOR_2021', id, bzr_name, null, snapshot from district_regions
    union all
    select 'LOR_2021', id, pgr_name, null, snapshot from forecast_areas

)

select
    named.edition,
    named.area_code,
    case length(named.area_code) when 8 then 'PLANUNGSRAUM' when 6 then 'BEZIRKSREGION' when 4 then 'PROGNOSERAUM' end
        as area_level,
    coalesce(
        any_value(named.area_name),
        case length(named.area_code) when 6 then 'Bezirksregion ' else 'Prognoseraum ' end || named.area_code
    ) as area_name,
    max(named.area_sqm) as area_sqm,
    case named.edition when 'LOR_2006' then date '2006-08-01' else date '2021-01-01' end as valid_from,
    case named.edition when 'LOR_2006' then date '2021-01-01' else date '9999-12-31' end as valid_to,
    -- the Bezirk in the notation of the official tables: 11001001 is Mitte
    '110' || left(named.area_code, 2) || '0' || left(named.area_code, 2) as bezirk_code
from named
inner join accepted on named.snapshot = accepted.snapshot_id
group by named.edition, named.area_code
