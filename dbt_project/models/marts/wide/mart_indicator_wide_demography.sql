{#- Generated from dbt_project/indicators by `python -m dbt_project.indicators`; do not edit. -#}
with indicators as (

    select * from {{ ref('fct_indicator') }}
    where indicator_id in (
        'D01',
        'D02',
        'D02-u18',
        'D03',
        'D03-67',
        'D04',
        'D05-u3',
        'D05-u6',
        'D05-u18',
        'D05-65plus',
        'D06',
        'D07',
        'D08',
        'D09',
        'D10',
        'D13'
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
    max(case when indicators.indicator_id = 'D01' then indicators.value end) as d01,
    max(case when indicators.indicator_id = 'D02' then indicators.value end) as d02,
    max(case when indicators.indicator_id = 'D02-u18' then indicators.value end) as d02_u18,
    max(case when indicators.indicator_id = 'D03' then indicators.value end) as d03,
    max(case when indicators.indicator_id = 'D03-67' then indicators.value end) as d03_67,
    max(case when indicators.indicator_id = 'D04' then indicators.value end) as d04,
    max(case when indicators.indicator_id = 'D05-u3' then indicators.value end) as d05_u3,
    max(case when indicators.indicator_id = 'D05-u6' then indicators.value end) as d05_u6,
    max(case when indicators.indicator_id = 'D05-u18' then indicators.value end) as d05_u18,
    max(case when indicators.indicator_id = 'D05-65plus' then indicators.value end) as d05_65plus,
    max(case when indicators.indicator_id = 'D06' then indicators.value end) as d06,
    max(case when indicators.indicator_id = 'D07' then indicators.value end) as d07,
    max(case when indicators.indicator_id = 'D08' then indicators.value end) as d08,
    max(case when indicators.indicator_id = 'D09' then indicators.value end) as d09,
    max(case when indicators.indicator_id = 'D10' then indicators.value end) as d10,
    max(case when indicators.indicator_id = 'D13' then indicators.value end) as d13
from indicators
inner join areas on indicators.area_key = areas.area_key
group by indicators.area_key, indicators.area_code, year(indicators.reference_date)
