{#- Old people ahead, how many of them need which care at a demand rate, what there is, and the gap. -#}
with need as (

    select * from {{ ref('fct_need') }}
    where need_id = 'care'

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
    {{ need_dates() }},
    need.persons_count as persons_count,
    need.persons_lower as persons_lower,
    need.persons_upper as persons_upper,
    {{ need_figures() }}
from need
inner join scenarios on need.scenario_id = scenarios.scenario_id
inner join areas on need.area_key = areas.area_key
