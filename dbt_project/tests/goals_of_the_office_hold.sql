{#-
  What a goal of the office names has to be there: an indicator that is computed, an area of today's register or of the town's own
  division, the ring, and for a need its demand rate and scenario. No goal stands in the form and in the file. A goal that nobody
  can measure, or that means another figure, is worse than none.
-#}
with goals as (

    select * from {{ ref('dim_goal') }}
    where not is_invented

)

select
    goals.goal_id,
    goals.indicator_id as named,
    goals.goal_source || ': ' || goals.goal_id || ': die Kennzahl ' || goals.indicator_id || ' gibt es nicht' as what_de
from goals
left join {{ ref('indicator') }} as indicators on goals.indicator_id = indicators.indicator_id
where goals.indicator_id is not null and indicators.indicator_id is null

union all

select
    goals.goal_id,
    goals.area_code,
    goals.goal_source || ': ' || goals.goal_id || ': das Gebiet ' || goals.area_code || ' gibt es nicht'
from goals
where
    goals.area_code not in (select area_code from {{ ref('dim_area') }})
    and goals.area_code not in (select area_code from {{ ref('bridge_small_area') }})

union all

select
    goals.goal_id,
    goals.ring_id,
    goals.goal_source || ': ' || goals.goal_id || '.ring: den Vergleichsring ' || goals.ring_id || ' gibt es nicht'
from goals
where goals.ring_id is not null and goals.ring_id not in (select ring_id from {{ ref('dim_ring') }})

union all

select
    goals.goal_id,
    goals.demand_id,
    goals.goal_source || ': ' || goals.goal_id || '.need: für ' || goals.need_step_code || ' gibt es keine Quote '
    || goals.demand_id || ' unter ' || goals.scenario_id
from goals
left join (select distinct need_step_code, demand_id, scenario_id from {{ ref('fct_need') }}) as known
    on goals.need_step_code = known.need_step_code
    and goals.demand_id = known.demand_id
    and goals.scenario_id = known.scenario_id
where goals.need_step_code is not null and known.need_step_code is null

union all

select
    goal_id,
    string_agg(goal_source, ', ' order by goal_source),
    'Ziel ' || goal_id || ' steht zweimal da: ' || string_agg(goal_source, ', ' order by goal_source)
from goals
group by goal_id
having count(*) > 1
