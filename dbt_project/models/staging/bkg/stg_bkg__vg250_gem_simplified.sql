with {{ newest_records('bkg', 'vg250-gem-simplified') }}

select
    records.snapshot_id,
    'vg250-gem-simplified' as dataset_id,
    records.ars as area_code,
    records.geometry,
    records.crs
from records
