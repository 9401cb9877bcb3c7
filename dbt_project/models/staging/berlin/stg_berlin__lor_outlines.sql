{#-
  Outlines of Berlin's Bezirke and areas below them: planning areas until 2020, all of 2021. A Bezirk has the code of the
  official tables (11001001 is Mitte); which planning area is meant by a code printed twice, stg_berlin__lor_areas says.
-#}
with accepted as (

    select snapshot_id from {{ source('catalog', 'ledger') }}
    where status = 'accepted'

),

planning_areas_until_2020 as (

    select * from {{ source('berlin', 'lor-planungsraeume-until-2020') }}

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

districts as (

    select * from {{ source('berlin', 'lor2021-bezirke') }}

),

outlines as (

    select
        'lor-planungsraeume-until-2020' as dataset_id,
        'PLANUNGSRAUM' as area_level,
        {{ planning_area_until_2020('id', 'bounding_box') }} as area_code,
        geometry,
        crs,
        snapshot
    from planning_areas_until_2020

    union all

    select 'lor2021-planungsraeume', 'PLANUNGSRAUM', plr_id, geometry, crs, snapshot from planning_areas

    union all

    select 'lor2021-bezirksregionen', 'BEZIRKSREGION', id, geometry, crs, snapshot from district_regions

    union all

    select 'lor2021-prognoseraeume', 'PROGNOSERAUM', id, geometry, crs, snapshot from forecast_areas

    union all

    select 'lor2021-bezirke', 'BEZIRK', '110' || id || '0' || id, geometry, crs, snapshot from districts

)

select
    outlines.snapshot as snapshot_id,
    outlines.dataset_id,
    outlines.area_level,
    outlines.area_code,
    outlines.geometry,
    outlines.crs
from outlines
inner join accepted on outlines.snapshot = accepted.snapshot_id
