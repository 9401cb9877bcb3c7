{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, p01, p01_structure, p02, p03, p06, p07, p08, p13, p14, p15
from {{ built('mart_indicator_wide') }}
where coalesce(p01, p01_structure, p02, p03, p06, p07, p08, p13, p14, p15) is not null
