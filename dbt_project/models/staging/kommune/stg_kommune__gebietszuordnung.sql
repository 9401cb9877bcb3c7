{#- Areas by district of a hierarchy beside the administrative one, from the newest list handed in. -#}
with {{ newest_records('kommune', 'gebietszuordnung') }}

select
    records.snapshot_id,
    records.hierarchy,
    records.area_code,
    records.parent_code as parent_area_code,
    records.parent_name as parent_area_name,
    cast(strptime(records.valid_from, '%d.%m.%Y') as date) as valid_from,
    coalesce(cast(strptime(records.valid_to, '%d.%m.%Y') as date), date '9999-12-31') as valid_to
from records
