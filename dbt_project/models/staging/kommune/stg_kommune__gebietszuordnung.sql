{#- Areas by district of a hierarchy beside the administrative one, from the newest list handed in. -#}
with records as (

    select * from {{ source('kommune', 'gebietszuordnung') }}

),

newest as (

    select snapshot_id
    from {{ source('catalog', 'ledger') }}
    where dataset_id = 'gebietszuordnung' and status = 'accepted'
    order by coalesce(published_at, retrieved_at) desc, snapshot_id desc
    limit 1

)

select
    newest.snapshot_id,
    records.hierarchy,
    records.area_code,
    records.parent_code as parent_area_code,
    records.parent_name as parent_area_name,
    cast(strptime(records.valid_from, '%d.%m.%Y') as date) as valid_from,
    coalesce(cast(strptime(records.valid_to, '%d.%m.%Y') as date), date '9999-12-31') as valid_to
from records
inner join newest on records.snapshot = newest.snapshot_id
