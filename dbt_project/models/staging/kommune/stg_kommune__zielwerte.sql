{#- The town's agreed goals. The whole list is handed in again at each change, so the newest list is the list. -#}
with records as (

    select * from {{ source('kommune', 'zielwerte') }}

),

newest as (

    select snapshot_id
    from {{ source('catalog', 'ledger') }}
    where dataset_id = 'zielwerte' and status = 'accepted'
    order by coalesce(published_at, retrieved_at) desc, snapshot_id desc
    limit 1

)

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
    records.measures_taken as measures
from records
inner join newest on records.snapshot = newest.snapshot_id
