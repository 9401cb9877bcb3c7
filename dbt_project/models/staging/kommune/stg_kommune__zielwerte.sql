{#- The town's agreed goals. The whole list is handed in again at each change, so the newest list is the list. -#}
with {{ newest_records('kommune', 'zielwerte') }}

select
    records.goal_id,
    records.goal as title_de,
    records.indicator_id,
    records.area_code,
    records.unit_responsible,
    records.agreement,
    cast(strptime(records.baseline_date, '%d.%m.%Y') as date) as baseline_date,
    cast(replace(records.baseline, ',', '.') as double) as baseline,
    cast(replace(records.target, ',', '.') as double) as target,
    coalesce(cast(replace(records.corridor, ',', '.') as double), 0) as corridor,
    cast(strptime(records.due, '%d.%m.%Y') as date) as due,
    records.measures_taken as measures,
    records.snapshot_id,
    cast(records.line as integer) as source_line
from records
