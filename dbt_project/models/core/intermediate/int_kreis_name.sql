with kreis_keys as (

    select * from {{ ref('stg_bbsr__umsteigeschluessel_kreise_2020') }}

)

-- names of the conversion keys: cut off in some years, left out in one; a code may have been another Kreis before
select
    from_code as area_code,
    coalesce(
        arg_max(from_name, length(from_name)),
        'Kreis ' || from_code || ' (Name nicht im Umsteigeschlüssel)'
    ) as area_name,
    max(from_year) as last_year,
    row_number() over (partition by from_code order by max(from_year) desc) = 1 as is_newest
from (
    select *, from_year - row_number() over (partition by from_code order by from_year) as stretch
    from (select distinct from_code, from_name, from_year from kreis_keys) as yearly
) as stretches
group by from_code, stretch
