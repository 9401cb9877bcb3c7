{#- A town's own small areas, one row per area and period of validity, from the newest list of each town. -#}
with records as (

    select * from {{ source('kommune', 'gebietsgliederung') }}

),

snapshots as (

    select * from {{ source('catalog', 'ledger') }}
    where dataset_id = 'gebietsgliederung' and status = 'accepted'

),

newest as (

    select
        left(records.area_code, 8) as town_code,
        arg_max(snapshots.snapshot_id, (coalesce(snapshots.published_at, snapshots.retrieved_at), snapshots.snapshot_id))
            as snapshot_id
    from records
    inner join snapshots on records.snapshot = snapshots.snapshot_id
    group by left(records.area_code, 8)

)

select
    newest.town_code,
    newest.snapshot_id,
    records.area_code,
    records.area_name,
    records.level as area_level,
    records.parent_code as parent_area_code,
    cast(strptime(records.valid_from, '%d.%m.%Y') as date) as valid_from,
    coalesce(cast(strptime(records.valid_to, '%d.%m.%Y') as date), date '9999-12-31') as valid_to,
    records.former_codes
from records
inner join newest on records.snapshot = newest.snapshot_id and left(records.area_code, 8) = newest.town_code
