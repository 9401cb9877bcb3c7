{#- Generated from dbt_project/indicators by `python -m dbt_project.indicators`; do not edit. -#}
with indicators as (

    select * from {{ ref('fct_indicator') }}
    where indicator_id in (
        'H01',
        'H02'
    )

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    indicators.area_key,
    indicators.area_code,
    any_value(areas.area_level) as area_level,
    any_value(areas.area_name) as area_name,
    cast(year(indicators.reference_date) as integer) as reference_year,
    max(case when indicators.indicator_id = 'H01' then indicators.value end) as h01,
    max(case when indicators.indicator_id = 'H02' then indicators.value end) as h02
from indicators
inner join areas on indicators.area_key = areas.area_key
group by indicators.area_key, indicators.area_code, year(indicators.reference_date)
