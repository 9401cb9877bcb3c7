{#- Names and codes of the tables come by way of a list that landing keeps: a new edition of a table is no new register. -#}
with table_areas as (

    select area_code, area_name, 1 as name_rank from {{ source('catalog', 'area_names') }}
    union all
    select area_code, area_name, 2 as name_rank from {{ ref('stg_zensus__zensus2022_bevoelkerung') }}

),

register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

earlier_register as (

    select * from {{ ref('stg_destatis__gv100ad') }}

),

lor as (

    select * from {{ ref('stg_berlin__lor_areas') }}

),

town_areas as (

    select * from {{ ref('stg_kommune__gebietsgliederung') }}

),

town_districts as (

    select * from {{ ref('stg_kommune__gebietszuordnung') }}

),

lor_crosswalk as (

    select * from {{ ref('stg_berlin__lor_crosswalk_2006_2021') }}

),

ars_register as (

    select * from {{ ref('stg_destatis__regionalschluessel_xoev') }}

),

geometry as (

    select * from {{ ref('stg_bkg__vg2500_krs') }}

),

outlines as (

    select * from {{ ref('dim_area_geometry') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

named as (

    select area_code, arg_min(area_name, name_rank) as area_name, 1 as name_rank
    from table_areas
    group by area_code

    union all

    select area_code, area_name, 3 as name_rank from register

    union all

    select area_code, area_name, 4 as name_rank from earlier_register

    union all

    select area_code, area_name, 5 as name_rank from ars_register

    union all

    select area_code, area_name || ', ' || area_type as area_name, 6 as name_rank from geometry

    union all

    select identity.kreis_code, arg_min(table_areas.area_name, table_areas.name_rank), 2 as name_rank
    from table_areas
    inner join identity on table_areas.area_code = identity.table_code
    group by identity.kreis_code

),

codes as (

    select
        area_code,
        -- the office prints two blanks in some names
        arg_min(regexp_replace(area_name, ' +', ' ', 'g'), name_rank) as area_name,
        case
            when area_code = 'DG' then 'DE'
            when length(area_code) = 2 then 'LAND'
            when length(area_code) = 3 then 'REGBEZ'
            when length(area_code) = 5 then 'KREIS'
            when length(area_code) = 8 and starts_with(area_code, '11') then 'BEZIRK'
            when length(area_code) = 8 then 'CITY_IN_KREIS'
            when length(area_code) = 9 then 'GEMEINDEVERBAND'
            -- quarters of the city states have a Kreis part of their own, or that of their town
            when length(area_code) = 12 and starts_with(area_code, '02') and area_code <> '020000000000' then 'ORTSTEIL'
            when length(area_code) = 12 and starts_with(area_code, '04011') and area_code <> '040110000000' then 'ORTSTEIL'
            when length(area_code) = 12 then 'GEMEINDE'
        end as code_level
    from named
    group by area_code

),

-- Gemeinden and their associations come and go between two editions of the register; the day is not on record there
editions as (

    select stated_on, area_code, area_level from earlier_register
    union
    select stated_on, area_code, area_level from register

),

edition_days as (

    select stated_on, lead(stated_on) over (order by stated_on) as next_on, row_number() over (order by stated_on) = 1 as is_first
    from (select distinct stated_on from editions) as days

),

seen as (

    select
        editions.area_code,
        min(editions.stated_on) as first_on,
        bool_or(edition_days.is_first) as since_first,
        bool_or(edition_days.next_on is null) as is_in_newest,
        arg_max(edition_days.next_on, editions.stated_on) as missing_on
    from editions
    inner join edition_days on editions.stated_on = edition_days.stated_on
    where editions.area_level in ('GEMEINDE', 'GEMEINDEVERBAND')
    group by editions.area_code

),

-- the same Gemeinde under another Regionalschlüssel has the same Gemeindeschlüssel (Kreis and Gemeinde part)
renumbered as (

    select before.area_code, after.area_code as successor_code
    from seen as before
    inner join seen as after
        on left(before.area_code, 5) = left(after.area_code, 5)
        and right(before.area_code, 3) = right(after.area_code, 3)
        and length(before.area_code) = 12
        and length(after.area_code) = 12
        and before.missing_on = after.first_on
    where not before.is_in_newest and not after.since_first

),

changes as (

    select
        area_code, area_level, valid_from, valid_to, successor_code, change_kind, legal_basis, further_successor_codes
    from history

    union all

    select
        seen.area_code,
        null,
        case when not seen.since_first then seen.first_on end,
        case when not seen.is_in_newest then seen.missing_on end,
        renumbered.successor_code,
        case when renumbered.successor_code is not null then 'recode' when seen.is_in_newest then 'created' else 'dissolved' end,
        case
            when seen.is_in_newest then 'zuerst im Gemeindeverzeichnis zum ' || strftime(seen.first_on, '%d.%m.%Y')
            else 'fehlt im Gemeindeverzeichnis zum ' || strftime(seen.missing_on, '%d.%m.%Y')
        end,
        null
    from seen
    left join renumbered on seen.area_code = renumbered.area_code
    where
        not (seen.since_first and seen.is_in_newest)
        -- where the reform is on record its day is known
        and seen.area_code not in (select history.area_code from history)

),

versions as (

    select
        codes.area_code,
        codes.area_name,
        coalesce(changes.area_level, codes.code_level) as area_level,
        coalesce(changes.valid_from, date '1900-01-01') as valid_from,
        coalesce(changes.valid_to, date '9999-12-31') as valid_to,
        changes.successor_code,
        changes.change_kind,
        changes.legal_basis
    from codes
    left join changes on codes.area_code = changes.area_code

),

placed as (

    select
        versions.*,
        case
            when versions.area_level = 'DE' then null
            when versions.area_level = 'LAND' then 'DG'
            when versions.area_level = 'REGBEZ' then left(versions.area_code, 2)
            when versions.area_level = 'KREIS'
                then coalesce(regbez.area_code, left(versions.area_code, 2))
            when versions.area_level = 'BEZIRK' then '11000'
            when versions.area_level = 'GEMEINDE' and gemeindeverband.area_code is not null then gemeindeverband.area_code
            else coalesce(kreis.area_code, city_state.kreis_code, left(versions.area_code, 2))
        end as parent_area_code
    from versions
    left join codes as regbez
        on left(versions.area_code, 3) = regbez.area_code and versions.area_level = 'KREIS'
    left join codes as gemeindeverband
        on left(versions.area_code, 9) = gemeindeverband.area_code and versions.area_level = 'GEMEINDE'
    left join codes as kreis on left(versions.area_code, 5) = kreis.area_code
    left join identity as city_state on left(versions.area_code, 2) = city_state.table_code

),

lor_changes as (

    select
        from_code,
        arg_max(to_code, weight_area) as successor_code,
        case
            when count(*) > 1 then 'split'
            when any_value(origins) > 1 then 'merge'
            else 'recode'
        end as change_kind
    from (select *, count(*) over (partition by to_code) as origins from lor_crosswalk) as counted
    group by from_code

),

lor_predecessors as (

    select to_code, string_agg(from_code, ', ' order by from_code) as predecessor_codes
    from lor_crosswalk
    group by to_code

),

town_successors as (

    select
        regexp_extract(former, '[0-9A-Za-z]+') as former_code,
        valid_from,
        count(*) as successors,
        arg_max(area_code, coalesce(try_cast(regexp_extract(former, '[(]([0-9.]+)[)]', 1) as double), 1)) as successor_code
    from (select area_code, valid_from, unnest(string_split(former_codes, ',')) as former from town_areas) as parts
    group by all

),

predecessors as (

    select successor_code, string_agg(distinct area_code, ', ' order by area_code) as predecessor_codes
    from (
        select area_code, successor_code from changes
        union all
        select area_code, unnest(string_split(further_successor_codes, ' ')) from changes
    ) as parts
    where successor_code is not null
    group by successor_code

),

all_areas as (

    select
        placed.*,
        case
            when placed.valid_from > date '1900-01-01' then predecessors.predecessor_codes
            -- a Kreis that took others in without being founded anew
            when placed.change_kind is null then predecessors.predecessor_codes
        end as predecessor_codes
    from placed
    left join predecessors on placed.area_code = predecessors.successor_code

    union all

    select
        lor.area_code,
        lor.area_name,
        lor.area_level,
        lor.valid_from,
        lor.valid_to,
        lor_changes.successor_code,
        case
            when lor.edition = 'LOR_2006' then coalesce(lor_changes.change_kind, 'dissolved')
            else 'created'
        end,
        'Lebensweltlich orientierte Räume, Ausgabe ' || right(lor.edition, 4),
        case
            when length(lor.area_code) > 4 then left(lor.area_code, length(lor.area_code) - 2)
            else lor.bezirk_code
        end,
        lor_predecessors.predecessor_codes
    from lor
    left join lor_changes on lor.area_code = lor_changes.from_code and lor.edition = 'LOR_2006'
    left join lor_predecessors on lor.area_code = lor_predecessors.to_code and lor.edition = 'LOR_2021'

    union all

    select
        town_areas.area_code,
        town_areas.area_name,
        town_areas.area_level,
        town_areas.valid_from,
        town_areas.valid_to,
        town_successors.successor_code,
        case
            when town_successors.successor_code is not null then case when town_successors.successors > 1 then 'split' else 'merge' end
            when town_areas.former_codes is not null then 'created'
        end,
        'Gebietsgliederung der Kommune',
        coalesce(town_areas.parent_area_code, left(town_areas.area_code, 5)),
        regexp_replace(town_areas.former_codes, '[(][^)]*[)]', '', 'g')
    from town_areas
    left join town_successors
        on town_areas.area_code = town_successors.former_code
        and town_areas.valid_to = town_successors.valid_from

    union all

    select
        parent_area_code,
        any_value(parent_area_name),
        hierarchy,
        min(valid_from),
        max(valid_to),
        null,
        null,
        'Zuordnung der Kommune',
        left(parent_area_code, 5),
        null
    from town_districts
    group by hierarchy, parent_area_code

),

first_versions as (

    select area_level, area_code, min(valid_from) as valid_from from all_areas group by area_level, area_code

)

select
    all_areas.area_code || '@' || strftime(all_areas.valid_from, '%Y-%m-%d') as area_key,
    all_areas.area_code,
    all_areas.area_level,
    all_areas.area_name,
    all_areas.parent_area_code,
    case
        when all_areas.area_level = 'DE' then null
        when all_areas.area_level in ('PLANUNGSRAUM', 'BEZIRKSREGION', 'PROGNOSERAUM') then '11'
        else left(all_areas.area_code, 2)
    end as land_code,
    all_areas.valid_from,
    all_areas.valid_to,
    all_areas.successor_code,
    all_areas.predecessor_codes,
    all_areas.change_kind,
    all_areas.legal_basis,
    all_areas.area_code in (select register.area_code from register)
    or all_areas.area_code in (select ars_register.area_code from ars_register) as in_register,
    exists (
        select 1
        from outlines
        where
            outlines.area_level = all_areas.area_level
            and outlines.area_code = all_areas.area_code
            and outlines.valid_on < all_areas.valid_to
            -- one from before the first register that knows the code belongs to its first version
            and (
                outlines.valid_on >= all_areas.valid_from
                or all_areas.valid_from = first_versions.valid_from
            )
    ) as has_geometry,
    row_number() over (partition by all_areas.area_code order by all_areas.valid_to desc) = 1 as is_latest
from all_areas
inner join first_versions
    on all_areas.area_level = first_versions.area_level
    and all_areas.area_code = first_versions.area_code
