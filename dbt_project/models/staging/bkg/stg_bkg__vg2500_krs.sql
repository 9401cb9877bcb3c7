with records as (

    select * from {{ source('bkg', 'vg2500-krs') }}

),

newest as (

    select snapshot_id
    from {{ source('catalog', 'ledger') }}
    where dataset_id = 'vg2500-krs' and status = 'accepted'
    order by coalesce(published_at, retrieved_at) desc, snapshot_id desc
    limit 1

)

select
    newest.snapshot_id,
    records.ars as area_code,
    records.gen as area_name,
    records.bez as area_type,
    records.geometry,
    records.crs
from records
inner join newest on records.snapshot = newest.snapshot_id
