{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, a01, a01_census2011, a02, a03, a03_youth, a03_foreign, a03_german, a04, a04_density, a05_residence, a05_inhabitants, a05_workplace, a05_census2011, a05_women_census2011, a05_jobs_structure, a06
from {{ built('mart_indicator_wide') }}
where coalesce(a01, a01_census2011, a02, a03, a03_youth, a03_foreign, a03_german, a04, a04_density, a05_residence, a05_inhabitants, a05_workplace, a05_census2011, a05_women_census2011, a05_jobs_structure, a06) is not null
