{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, w03
from {{ built('mart_indicator_wide') }}
where coalesce(w03) is not null
