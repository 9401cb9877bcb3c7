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

),

-- what the codes beside an area stand for while it is valid, by the newest name; one key joins, so that DuckDB need not
-- compare every pair of areas
beside as (

    select
        area_key, valid_from, valid_to,
        unnest(['parent', 'land', 'successor']) as role,
        unnest([parent_area_code, land_code, successor_code]) as area_code
    from areas

),

named as (

    select
        beside.area_key,
        arg_max(others.area_name, others.valid_from) filter (where beside.role = 'parent') as parent_area_name,
        arg_max(others.area_name, others.valid_from) filter (where beside.role = 'land') as land_name,
        arg_max(others.area_name, others.valid_from) filter (where beside.role = 'successor') as successor_name
    from beside
    inner join areas as others
        on beside.area_code = others.area_code
        and others.valid_from <= beside.valid_to
        and others.valid_to > beside.valid_from
    group by beside.area_key

)

select
    areas.area_key,
    areas.area_code,
    areas.area_level,
    areas.area_name,
    areas.parent_area_code,
    named.parent_area_name,
    areas.land_code,
    named.land_name,
    areas.valid_from,
    areas.valid_to,
    areas.successor_code,
    named.successor_name,
    areas.change_kind,
    newest_size.area_sqkm,
    newest_size.area_sqkm_date,
    areas.in_register,
    areas.has_geometry
from areas
left join newest_size on areas.area_key = newest_size.area_key
left join named on areas.area_key = named.area_key
