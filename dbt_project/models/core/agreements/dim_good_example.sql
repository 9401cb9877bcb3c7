{#- The town's register of good examples. -#}
select
    example_id,
    example_title,
    problem,
    target_group_code,
    measure_taken,
    area_type,
    indicator_ids,
    goal_id,
    partners,
    cost_class_code,
    contact,
    example_source,
    example_licence,
    reviewed_on,
    list_date,
    snapshot_id
from {{ ref('stg_kommune__gute_beispiele') }}
