{#- The Bezirke of Berlin in the notation of the official tables: 11008008 is Neukölln. -#}
with outlines as (

    select * from {{ source('berlin', 'lor2021-bezirke') }}

),

accepted as (

    select snapshot_id from {{ source('catalog', 'ledger') }}
    where status = 'accepted' and dataset_id = 'lor2021-bezirke'

)

select distinct
    '110' || outlines.id || '0' || outlines.id as area_code,
    regexp_replace(outlines.bez, '^[0-9]+ - ', '') as area_name
from outlines
inner join accepted on outlines.snapshot = accepted.snapshot_id
