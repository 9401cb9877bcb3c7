{#- The town's register of good examples. The whole list is handed in again at each change, so the newest list is the list. -#}
with {{ newest_records('kommune', 'gute-beispiele') }}

select
    records.example_id,
    trim(records.title) as example_title,
    trim(records.problem) as problem,
    records.target_group as target_group_code,
    trim(records.measure) as measure_taken,
    trim(records.area_type) as area_type,
    records.indicator_ids,
    records.goal_id,
    trim(records.partners) as partners,
    records.cost as cost_class_code,
    trim(records.contact) as contact,
    trim(records.origin) as example_source,
    trim(records.licence) as example_licence,
    cast(strptime(records.reviewed_on, '%d.%m.%Y') as date) as reviewed_on,
    cast(strptime(records.time_text, '%d.%m.%Y') as date) as list_date,
    records.snapshot_id
from records
