{#- Classes of status and dynamics as the Monitoring Soziale Stadtentwicklung prints them: one row per delivery and area. -#}
with records as (

    select * from {{ source('berlin', 'mss-planungsraeume') }}

),

snapshots as (

    select * from {{ source('catalog', 'ledger') }}
    where dataset_id = 'mss-planungsraeume' and status = 'accepted'

)

select
    cast(records.time_text as integer) as edition_year,
    records.id as area_code,
    nullif(trim(records.status_index_class), '') as status_label,
    nullif(trim(records.dynamic_index_class), '') as dynamics_label,
    cast(records.line as integer) as source_line,
    records.snapshot as snapshot_id,
    coalesce(snapshots.published_at, snapshots.retrieved_at) as known_from
from records
inner join snapshots on records.snapshot = snapshots.snapshot_id
