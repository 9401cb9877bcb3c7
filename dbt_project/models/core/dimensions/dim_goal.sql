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

    select
        goal_id,
        title_de,
        title_de as title_en,
        indicator_id,
        cast(null as varchar) as need_step_code,
        cast(null as varchar) as demand_id,
        cast(null as varchar) as scenario_id,
        area_code,
        unit_responsible,
        agreement,
        baseline_date,
        baseline,
        target,
        corridor,
        due,
        measures,
        cast(null as varchar) as ring_id,
        false as is_invented,
        'zielwerte' as goal_source,
        snapshot_id,
        source_line
    from listed

    union all

    select
        goal_id,
        title_de,
        title_en,
        indicator_id,
        need_step_code,
        demand_id,
        scenario_id,
        area_code,
        unit_responsible,
        agreement,
        baseline_date,
        baseline,
        target,
        corridor,
        due,
        measures,
        ring_id,
        false,
        'town/goals.yml',
        null,
        null
    from written

    union all

    select
        examples.goal_id,
        examples.title_de,
        examples.title_en,
        examples.indicator_id,
        examples.need_step_code,
        examples.demand_id,
        examples.scenario_id,
        examples.area_code,
        examples.unit_responsible,
        examples.agreement,
        examples.baseline_date,
        examples.baseline,
        examples.target,
        examples.corridor,
        examples.due,
        examples.measures,
        examples.ring_id,
        examples.is_invented,
        'example',
        null,
        null
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
