{#- Catchments of schools: a division of a town of its own, beside its planning areas. -#}
with catchments as (

    select * from {{ ref('stg_berlin__einschulungsbereiche') }}

),

datasets as (

    select * from {{ source('catalog', 'datasets') }}

)

select
    catchments.catchment_code,
    catchments.catchment_name,
    catchments.parent_area_code,
    catchments.covers_code,
    datasets.time_fixed as valid_on,
    catchments.geometry,
    catchments.crs,
    catchments.dataset_id,
    catchments.snapshot_id
from catchments
inner join datasets on catchments.dataset_id = datasets.dataset_id
