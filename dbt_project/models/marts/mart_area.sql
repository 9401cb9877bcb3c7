with areas as (

    select * from {{ ref('dim_area') }}

),

sizes as (

    select * from {{ ref('fct_area_size') }}
    where is_preferred and value is not null

),

newest_size as (

    select area_key, arg_max(value, reference_date) as area_sqkm, max(reference_date) as area_sqkm_date
    from sizes
    group by area_key

)

select
    areas.area_key,
    areas.area_code,
    areas.area_level,
    areas.area_name,
    areas.parent_area_code,
    areas.land_code,
    areas.valid_from,
    areas.valid_to,
    areas.successor_code,
    areas.change_kind,
    newest_size.area_sqkm,
    newest_size.area_sqkm_date,
    areas.in_register,
    areas.has_geometry
from areas
left join newest_size on areas.area_key = newest_size.area_key
