{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
select area_key, area_code, area_level, area_name, reference_year, k01, k01_centre, k01_home, k01_structure, k02, k02_centre, k02_home, k02_structure, k03, k03_3to5, k04_origin, k06
from {{ built('mart_indicator_wide') }}
where coalesce(k01, k01_centre, k01_home, k01_structure, k02, k02_centre, k02_home, k02_structure, k03, k03_3to5, k04_origin, k06) is not null
