-- A correction of a text whose cell the newest delivery prints otherwise has done its work: the source was mended.
-- Remove its line from text_corrections.csv. A cell that is not delivered at all says nothing.
with deliveries as (

    select
        corrected.*,
        row_number() over (
            partition by corrected.correction_id
            order by coalesce(ledger.published_at, ledger.retrieved_at) desc, ledger.snapshot_id desc
        ) as place
    from {{ source('catalog', 'text_corrections') }} as corrected
    inner join {{ source('catalog', 'ledger') }} as ledger on corrected.snapshot_id = ledger.snapshot_id

)

select correction_id, snapshot_id, line, column_no, printed
from deliveries
where place = 1 and not is_applied
