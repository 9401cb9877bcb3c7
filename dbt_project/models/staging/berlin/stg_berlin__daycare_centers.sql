{#- Day-care centres of Berlin with licensed places and point, from the newest list. All kinds of the list are day care. -#}
with {{ newest_records('berlin', 'kita-verzeichnis') }}

select
    'kita-verzeichnis' as dataset_id,
    records.snapshot_id,
    last_day(cast(records.time_text || '-01' as date)) as reference_date,
    -- the list is that of the whole Land
    '11000' as covers_code,
    records.id as facility_id,
    trim(records.name) as facility_name,
    trim(records.sponsor_name) as provider,
    'DAYCARE' as offer_kind_code,
    'PRESCHOOL' as target_group_code,
    cast(records.places as integer) as places,
    cast(null as varchar) as low_threshold_code,
    cast(null as varchar) as opening,
    trim(records.street) as street,
    cast(null as varchar) as area_code,
    cast(records.lat as double) as lat,
    cast(records.lon as double) as lon,
    cast(null as varchar) as partners,
    cast(records.line as integer) as source_line
from records
