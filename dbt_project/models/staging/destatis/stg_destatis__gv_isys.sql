with records as (

    select * from {{ source('destatis', 'gv-isys') }}

),

snapshots as (

    select * from {{ source('catalog', 'ledger') }}
    where dataset_id = 'gv-isys' and status = 'accepted'

),

newest as (

    select snapshot_id
    from snapshots
    order by coalesce(published_at, retrieved_at) desc, snapshot_id desc
    limit 1

)

select
    newest.snapshot_id,
    cast(strptime(records.territory_date, '%d.%m.%Y') as date) as stated_on,
    records.satzart,
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
    records.name as area_name,
    try_cast(records.area_sqkm as double) as area_sqkm,
    try_cast(records.population as bigint) as population
from records
inner join newest on records.snapshot = newest.snapshot_id
where records.satzart in ('10', '20', '40', '50', '60')
