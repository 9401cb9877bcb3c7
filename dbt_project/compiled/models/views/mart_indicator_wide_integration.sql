{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, i01, i01_azr, i01_structure, i02_census2011, i02_young_census2011, i03, i04, i06
from {{ built('mart_indicator_wide') }}
where coalesce(i01, i01_azr, i01_structure, i02_census2011, i02_young_census2011, i03, i04, i06) is not null
