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
    case records.satzart
        when '10' then 'LAND'
        when '20' then 'REGBEZ'
        when '40' then 'KREIS'
        when '50' then 'GEMEINDEVERBAND'
        when '60' then 'GEMEINDE'
    end as area_level,
    records.land
    || case when records.satzart >= '20' then records.rb else '' end
    || case when records.satzart >= '40' then records.kreis else '' end
    || case when records.satzart >= '50' then records.vb else '' end
    || case when records.satzart >= '60' then records.gem else '' end as area_code,
    trim(records.name) as area_name
from records
inner join snapshots on records.snapshot = snapshots.snapshot_id
where records.satzart in ('10', '20', '40', '50', '60')
