{#- The key between catchments of schools and planning areas. -#}
with parts as (

    select * from {{ ref('bridge_catchment_area') }}

),

catchments as (

    select * from {{ ref('dim_catchment') }}

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    parts.catchment_code,
    catchments.catchment_name,
    catchments.valid_on,
    parts.area_code,
    areas.area_name,
    parts.outline_date,
    100 * parts.weight_area as share_of_area_pct,
    parts.share_of_catchment_pct,
    parts.covered_pct,
    catchments.dataset_id as outline_dataset
from parts
inner join catchments on parts.catchment_code = catchments.catchment_code
inner join areas on parts.area_key = areas.area_key
