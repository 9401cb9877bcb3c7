{#- Generated from dbt_project/indicators by `python -m dbt_project.indicators`; do not edit. -#}
with indicators as (

    select * from {{ ref('fct_indicator') }}
    where indicator_id in (
        'P01',
        'P02',
        'P03',
        'P06',
        'P07',
        'P08',
        'P13',
        'P14'
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
    max(case when indicators.indicator_id = 'P01' then indicators.value end) as p01,
    max(case when indicators.indicator_id = 'P02' then indicators.value end) as p02,
    max(case when indicators.indicator_id = 'P03' then indicators.value end) as p03,
    max(case when indicators.indicator_id = 'P06' then indicators.value end) as p06,
    max(case when indicators.indicator_id = 'P07' then indicators.value end) as p07,
    max(case when indicators.indicator_id = 'P08' then indicators.value end) as p08,
    max(case when indicators.indicator_id = 'P13' then indicators.value end) as p13,
    max(case when indicators.indicator_id = 'P14' then indicators.value end) as p14
from indicators
inner join areas on indicators.area_key = areas.area_key
group by indicators.area_key, indicators.area_code, year(indicators.reference_date)
