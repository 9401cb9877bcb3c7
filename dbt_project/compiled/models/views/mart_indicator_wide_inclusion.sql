{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, b06_general, h03_sgb12
from {{ built('mart_indicator_wide') }}
where coalesce(b06_general, h03_sgb12) is not null
