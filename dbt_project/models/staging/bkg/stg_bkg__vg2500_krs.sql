with {{ newest_records('bkg', 'vg2500-krs') }}

select
    records.snapshot_id,
    'vg2500-krs' as dataset_id,
    records.ars as area_code,
    records.gen as area_name,
    records.bez as area_type,
    records.geometry,
    records.crs
from records
