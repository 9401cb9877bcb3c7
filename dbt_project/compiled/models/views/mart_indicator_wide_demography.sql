{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, d01, d01_census2022, d02, d02_u18, d03, d03_67, d04, d05_u3, d05_u6, d05_u18, d05_65plus, d06, d07, d07_census2011, d08, d08_structure, d09, d10, d11, d12_census2011, d13, d14, d15, d15_single, d16, d16_structure
from {{ built('mart_indicator_wide') }}
where coalesce(d01, d01_census2022, d02, d02_u18, d03, d03_67, d04, d05_u3, d05_u6, d05_u18, d05_65plus, d06, d07, d07_census2011, d08, d08_structure, d09, d10, d11, d12_census2011, d13, d14, d15, d15_single, d16, d16_structure) is not null
