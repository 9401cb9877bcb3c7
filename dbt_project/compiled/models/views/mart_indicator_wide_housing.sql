{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, p09, w02, w02_structure, w04, w05, w05_structure, w06, w07, w08, w08_structure, w09
from {{ built('mart_indicator_wide') }}
where coalesce(p09, w02, w02_structure, w04, w05, w05_structure, w06, w07, w08, w08_structure, w09) is not null
