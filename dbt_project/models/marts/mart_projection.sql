with projection as (

    select * from {{ ref('fct_projection') }}
    where not is_within_group

),

scenarios as (

    select * from {{ ref('dim_scenario') }}

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    projection.scenario_id,
    scenarios.scenario_label_de,
    scenarios.scenario_label_en,
    scenarios.scenario_source,
    projection.area_key,
    projection.area_code,
    areas.area_name,
    projection.area_level,
    projection.age_group_code,
    projection.base_date,
    projection.dataset_id,
    projection.measure_code,
    projection.horizon_years,
    projection.reference_date,
    projection.value,
    projection.projection_lower,
    projection.projection_upper,
    projection.base_value,
    projection.projection_method,
    projection.interval_basis,
    projection.ratio_years,
    projection.own_weight_pct,
    projection.off_pct,
    projection.as_today_off_pct,
    projection.coverage_pct,
    'Personen' as unit,
    projection.obs_status,
    projection.conf_status,
    projection.missing_reason
from projection
inner join scenarios on projection.scenario_id = scenarios.scenario_id
inner join areas on projection.area_key = areas.area_key
