with {{ newest_records('destatis', 'gv-isys') }}

select
    records.snapshot_id,
    cast(strptime(records.territory_date, '%d.%m.%Y') as date) as stated_on,
    records.satzart,
    {{ register_area() }},
    records.name as area_name,
    try_cast(records.area_sqkm as double) as area_sqkm,
    try_cast(records.population as bigint) as population
from records
where records.satzart in ('10', '20', '40', '50', '60')
