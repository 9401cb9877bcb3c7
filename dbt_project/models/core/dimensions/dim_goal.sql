{#- Agreed goals: the town's own list; the invented examples stand beside the sample only, never beside real figures. -#}
with agreed as (

    select * from {{ ref('stg_kommune__zielwerte') }}

),

examples as (

    select * from {{ ref('goal') }}

),

samples as (

    select count(*) as snapshots
    from {{ ref('dim_snapshot') }}
    where origin = 'sample' and status = 'accepted'

)

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
    cast(null as varchar) as ring_id,
    false as is_invented
from agreed

union all

select
    examples.goal_id,
    examples.title_de,
    examples.title_en,
    examples.indicator_id,
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
    examples.is_invented
from examples
inner join samples on samples.snapshots > 0
