with ledger as (

    select * from {{ source('catalog', 'ledger') }}

)

select
    snapshot_id,
    dataset_id,
    publisher,
    origin,
    retrieved_at,
    published_at,
    file_name,
    source_uri,
    sha256,
    cast(size_bytes as bigint) as size_bytes,
    cast(row_count as bigint) as row_count,
    reader,
    reader_version,
    status,
    status_reason,
    notes,
    period_min,
    period_max
from ledger
