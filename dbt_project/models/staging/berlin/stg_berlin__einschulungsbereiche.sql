{#- Outlines of the catchments of primary schools, each within one Bezirk of the official code. -#}
with {{ newest_records('berlin', 'einschulungsbereiche') }}

select
    records.snapshot_id,
    'einschulungsbereiche' as dataset_id,
    '11' || records.catchment as catchment_code,
    'Einschulungsbereich ' || records.catchment || ' (' || trim(records.bezirk_name) || ')' as catchment_name,
    '110' || records.bezirk || '0' || records.bezirk as parent_area_code,
    '11000' as covers_code,
    records.geometry,
    records.crs
from records
