{#- Facilities and offers that the office lists. The whole list is handed in each time, so the newest one is the stock. -#}
with {{ newest_records('kommune', 'angebote') }}

select
    'angebote' as dataset_id,
    records.snapshot_id,
    cast(strptime(records.time_text, '%d.%m.%Y') as date) as reference_date,
    records.covers_code,
    records.facility_id,
    trim(records.facility_name) as facility_name,
    trim(records.provider) as provider,
    records.offer_kind as offer_kind_code,
    records.target_group as target_group_code,
    cast(records.places as integer) as places,
    records.low_threshold as low_threshold_code,
    trim(records.opening) as opening,
    trim(records.street) as street,
    records.area_code,
    cast(replace(records.lat, ',', '.') as double) as lat,
    cast(replace(records.lon, ',', '.') as double) as lon,
    trim(records.partners) as partners,
    cast(records.line as integer) as source_line
from records
