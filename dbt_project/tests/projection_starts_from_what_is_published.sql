{#- What stands at the base of a Kreis is what the statistics print for the same day and age group. -#}
with projected as (

    select * from {{ ref('fct_projection') }}
    where horizon_years = 0 and area_level = 'KREIS'

),

printed as (

    select * from {{ ref('fct_population') }}
    where is_preferred and sex_code = '_T' and nationality_code = '_T'

)

select projected.*
from projected
inner join printed
    on projected.area_key = printed.area_key
    and projected.reference_date = printed.reference_date
    and projected.age_group_code = printed.age_group_code
    and projected.measure_code = printed.measure_code
where projected.value is distinct from printed.value
