{#- Outlines as delivered, each in its own reference system; they stand on the day that their declaration gives. -#}
with kreise as (

    select * from {{ ref('stg_bkg__vg2500_krs') }}

),

laender as (

    select * from {{ ref('stg_bkg__vg2500_lan') }}

),

gemeinden as (

    select * from {{ ref('stg_bkg__vg250_gem_simplified') }}

),

berlin as (

    select * from {{ ref('stg_berlin__lor_outlines') }}

),

datasets as (

    select * from {{ source('catalog', 'datasets') }}

),

outlines as (

    select dataset_id, 'KREIS' as area_level, area_code, geometry, crs from kreise
    union all
    select dataset_id, 'LAND', area_code, geometry, crs from laender
    union all
    select dataset_id, 'GEMEINDE', area_code, geometry, crs from gemeinden
    union all
    select dataset_id, area_level, area_code, geometry, crs from berlin

)

select
    outlines.area_level,
    outlines.area_code,
    datasets.time_fixed as valid_on,
    outlines.geometry,
    outlines.crs,
    outlines.dataset_id
from outlines
inner join datasets on outlines.dataset_id = datasets.dataset_id
