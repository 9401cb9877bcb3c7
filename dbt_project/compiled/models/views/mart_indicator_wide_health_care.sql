{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, h01, h02
from {{ built('mart_indicator_wide') }}
where coalesce(h01, h02) is not null
