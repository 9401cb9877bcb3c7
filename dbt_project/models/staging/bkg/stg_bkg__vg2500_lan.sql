{#- Outlines of the Länder. A Land on the sea or the Bodensee has a second outline for its water, which is left out. -#}
with {{ newest_records('bkg', 'vg2500-lan') }}

select
    records.snapshot_id,
    'vg2500-lan' as dataset_id,
    records.ars as area_code,
    records.geometry,
    records.crs
from records
where records.gf = '9'
