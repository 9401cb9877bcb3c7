{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, p09, w02, w02_structure
from {{ built('mart_indicator_wide') }}
where coalesce(p09, w02, w02_structure) is not null
