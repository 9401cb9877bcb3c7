with records as (

    select * from {{ source('destatis', 'regionalschluessel-xoev') }}

),

newest as (

    select snapshot_id
    from {{ source('catalog', 'ledger') }}
    where dataset_id = 'regionalschluessel-xoev' and status = 'accepted'
    order by coalesce(published_at, retrieved_at) desc, snapshot_id desc
    limit 1

)

select
    newest.snapshot_id,
    records.schluessel as area_code,
    records.bezeichnung as area_name,
    records.hinweis as note
from records
inner join newest on records.snapshot = newest.snapshot_id
