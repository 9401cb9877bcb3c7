{#- Children and young people ahead, with what each figure rests on. Counted figures of the base stand at horizon 0. -#}
with ahead as (

    select * from {{ ref('int_projection_ahead') }}

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    ahead.scenario_id || ':' || areas.area_key || ':' || ahead.age_group_code || ':' || ahead.horizon_years as projection_key,
    ahead.scenario_id,
    areas.area_key,
    ahead.area_code,
    areas.area_level,
    ahead.age_group_code,
    ahead.is_within_group,
    ahead.base_date,
    ahead.base_dataset_id as dataset_id,
    ahead.measure_code,
    ahead.horizon_years,
    ahead.reference_date,
    ahead.value,
    ahead.lower as projection_lower,
    ahead.upper as projection_upper,
    ahead.base_value,
    ahead.cohort_base_value,
    ahead.method as projection_method,
    ahead.interval_basis,
    ahead.ratio_years,
    ahead.own_weight_pct,
    ahead.off_pct,
    ahead.as_today_off_pct,
    ahead.coverage_pct,
    case when ahead.value is null then 'M' when ahead.method = 'published' then 'A' else 'E' end as obs_status,
    'F' as conf_status,
    case when ahead.value is null then 'part_missing' else 'none' end as missing_reason
from ahead
inner join areas
    on ahead.area_code = areas.area_code
    and areas.valid_from <= ahead.base_date
    and ahead.base_date < areas.valid_to
