{#- Good examples with their evidence, which is computed from the goal that they are linked to and never typed. -#}
with examples as (

    select * from {{ ref('dim_good_example') }}

),

outcomes as (

    select *, {{ goal_effect('latest') }} as effect
    from {{ ref('fct_outcome') }} as latest
    where is_latest

)

select
    examples.example_id,
    examples.example_title,
    examples.problem,
    examples.target_group_code,
    examples.measure_taken,
    examples.area_type,
    examples.indicator_ids,
    examples.goal_id,
    outcomes.indicator_id,
    outcomes.area_name,
    outcomes.unit as evidence_unit,
    outcomes.baseline_date,
    outcomes.reference_date as evidence_date,
    outcomes.change_since_baseline,
    outcomes.change_lower,
    outcomes.change_upper,
    outcomes.peer_change,
    outcomes.peers_measured,
    coalesce(outcomes.effect, 'not_measured') as evidence,
    examples.partners,
    examples.cost_class_code,
    examples.contact,
    examples.example_source,
    examples.example_licence,
    examples.reviewed_on,
    examples.list_date,
    case when examples.reviewed_on + interval 3 year <= examples.list_date then 'overdue' else 'current' end as review_status,
    'gute-beispiele' as dataset_id,
    examples.snapshot_id
from examples
left join outcomes on examples.goal_id = outcomes.goal_id
