{#- The register of municipalities in its fixed-width form; several editions may lie side by side. -#}
with records as (

    select * from {{ source('destatis', 'gv100ad') }}

),

snapshots as (

    select * from {{ source('catalog', 'ledger') }}
    where dataset_id = 'gv100ad' and status = 'accepted'

)

select
    snapshots.snapshot_id,
    cast(strptime(records.gebietsstand, '%Y%m%d') as date) as stated_on,
    {{ register_area() }},
    trim(records.name) as area_name
from records
inner join snapshots on records.snapshot = snapshots.snapshot_id
where records.satzart in ('10', '20', '40', '50', '60')
