{#-
  Agreed goals: the town's own list and file; the invented examples stand beside the sample only, never beside real figures. A
  goal over the town's own forms is confidential: its figures stand apart and leave through a policy.
-#}
with listed as (

    select * from {{ ref('stg_kommune__zielwerte') }}

),

written as (

    select * from {{ source('catalog', 'goals') }}

),

examples as (

    select * from {{ ref('goal') }}

),

samples as (

    select count(*) as snapshots
    from {{ ref('dim_snapshot') }}
    where origin = 'sample' and status = 'accepted'

),

indicators as (

    select * from {{ ref('indicator') }}

),

agreed as (

    -- the form asks for none of the columns that it lacks here
    select
        goal_id,
        title_de,
        title_de as title_en,
        indicator_id,
        area_code,
        unit_responsible,
        agreement,
        baseline_date,
        baseline,
        target,
        corridor,
        due,
        measures,
        false as is_invented,
        'zielwerte' as goal_source,
        snapshot_id,
        source_line
    from listed

    union all by name

    select *, false as is_invented, 'town/goals.yml' as goal_source
    from written

    union all by name

    select examples.*, 'example' as goal_source
    from examples
    inner join samples on samples.snapshots > 0

)

select
    agreed.goal_id,
    agreed.title_de,
    agreed.title_en,
    agreed.indicator_id,
    agreed.need_step_code,
    agreed.demand_id,
    agreed.scenario_id,
    agreed.area_code,
    agreed.unit_responsible,
    agreed.agreement,
    agreed.baseline_date,
    agreed.baseline,
    agreed.target,
    agreed.corridor,
    agreed.due,
    agreed.measures,
    agreed.ring_id,
    agreed.is_invented,
    coalesce(indicators.computed_by = 'forms', false) as is_confidential,
    agreed.goal_source,
    agreed.snapshot_id,
    agreed.source_line
from agreed
left join indicators on agreed.indicator_id = indicators.indicator_id
