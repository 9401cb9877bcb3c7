with register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

ars_register as (

    select * from {{ ref('stg_destatis__regionalschluessel_xoev') }}

),

outlines as (

    select * from {{ ref('dim_area_geometry') }}

),

all_areas as (

    select * from {{ ref('int_official_area') }}
    union all by name
    select * from {{ ref('int_small_area') }}

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
