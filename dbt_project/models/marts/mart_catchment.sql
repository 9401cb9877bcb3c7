{#-
  Children who enter class 1 by catchment: those of the planning areas ahead, divided by the part of each area that lies in the
  catchment. People are not spread evenly, so every figure is an estimate. Limits are the sums of the areas' limits, which is wide.
-#}
with catchments as (

    select * from {{ ref('dim_catchment') }}

),

parts as (

    select * from {{ ref('bridge_catchment_area') }}

),

need as (

    select * from {{ ref('fct_need') }}
    where need_id = 'school' and need_step_code = 'CLASS_1' and demand_id = 'law'

),

scenarios as (

    select * from {{ ref('dim_scenario') }}

),

areas as (

    select * from {{ ref('dim_area') }}
    where is_latest

),

summed as (

    select
        parts.catchment_code,
        need.scenario_id,
        need.base_date,
        need.horizon_years,
        need.reference_date,
        case when count(*) = count(need.persons_count) then {{ exact_sum('need.persons_count * parts.weight_area') }} end as value,
        case when count(*) = count(need.persons_lower) then {{ exact_sum('need.persons_lower * parts.weight_area') }} end as lower,
        case when count(*) = count(need.persons_upper) then {{ exact_sum('need.persons_upper * parts.weight_area') }} end as upper,
        count(*) as parts_count,
        min(need.dataset_id) as people_dataset
    from parts
    inner join need on parts.area_key = need.area_key
    group by parts.catchment_code, need.scenario_id, need.base_date, need.horizon_years, need.reference_date

)

select
    summed.scenario_id,
    scenarios.scenario_label_de,
    scenarios.scenario_label_en,
    summed.catchment_code,
    catchments.catchment_name,
    catchments.valid_on,
    catchments.parent_area_code as area_code,
    areas.area_name,
    summed.base_date,
    summed.horizon_years,
    summed.reference_date,
    year(summed.reference_date) || '/' || right(cast(year(summed.reference_date) + 1 as varchar), 2) as school_year,
    summed.value,
    summed.lower as children_lower,
    summed.upper as children_upper,
    cast(summed.parts_count as integer) as parts_count,
    summed.people_dataset as dataset_id,
    catchments.dataset_id as outline_dataset,
    case when summed.value is null then 'M' else 'E' end as obs_status,
    'F' as conf_status,
    case when summed.value is null then 'part_missing' else 'none' end as missing_reason
from summed
inner join catchments on summed.catchment_code = catchments.catchment_code
inner join scenarios on summed.scenario_id = scenarios.scenario_id
left join areas on catchments.parent_area_code = areas.area_code
