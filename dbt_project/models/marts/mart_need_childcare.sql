{#- Children ahead, the places in day care that they need at a demand rate, what there is, and the gap. -#}
with need as (

    select * from {{ ref('fct_need') }}
    where need_id = 'childcare'

),

scenarios as (

    select * from {{ ref('dim_scenario') }}

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    {{ need_basis() }},
    {{ need_dates() }},
    need.persons_count as children_count,
    need.persons_lower as children_lower,
    need.persons_upper as children_upper,
    {{ need_figures() }}
from need
inner join scenarios on need.scenario_id = scenarios.scenario_id
inner join areas on need.area_key = areas.area_key
