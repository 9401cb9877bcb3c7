{#- Children and young people ahead by step of school, the places that they need at a demand rate, what there is, and the gap. -#}
with need as (

    select * from {{ ref('fct_need') }}
    where need_id = 'school'

),

scenarios as (

    select * from {{ ref('dim_scenario') }}

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    {{ need_basis() }},
    need.need_step_code,
    case when need.need_step_code = 'CLASS_5' then need.branch_code else '_T' end as school_type_code,
    case when need.need_step_code = 'LEAVING' then need.branch_code else '_T' end as qualification_code,
    {{ need_dates() }},
    year(need.reference_date) || '/' || right(cast(year(need.reference_date) + 1 as varchar), 2) as school_year,
    need.persons_count as children_count,
    need.persons_lower as children_lower,
    need.persons_upper as children_upper,
    {{ need_figures() }}
from need
inner join scenarios on need.scenario_id = scenarios.scenario_id
inner join areas on need.area_key = areas.area_key
