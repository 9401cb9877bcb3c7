{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, b01, b01_structure, b02, b03, b11, b11_foreign, b12, b12_hsa, b13
from {{ built('mart_indicator_wide') }}
where coalesce(b01, b01_structure, b02, b03, b11, b11_foreign, b12, b12_hsa, b13) is not null
