{#- Generated from dbt_project/indicators by `python -m dbt_project.indicators`; do not edit. -#}
with indicators as (

    select * from {{ ref('fct_indicator') }}
    where indicator_id in (
        'K01',
        'K01-centre',
        'K01-home',
        'K02',
        'K02-centre',
        'K02-home',
        'K04-origin',
        'K06'
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
    max(case when indicators.indicator_id = 'K01' then indicators.value end) as k01,
    max(case when indicators.indicator_id = 'K01-centre' then indicators.value end) as k01_centre,
    max(case when indicators.indicator_id = 'K01-home' then indicators.value end) as k01_home,
    max(case when indicators.indicator_id = 'K02' then indicators.value end) as k02,
    max(case when indicators.indicator_id = 'K02-centre' then indicators.value end) as k02_centre,
    max(case when indicators.indicator_id = 'K02-home' then indicators.value end) as k02_home,
    max(case when indicators.indicator_id = 'K04-origin' then indicators.value end) as k04_origin,
    max(case when indicators.indicator_id = 'K06' then indicators.value end) as k06
from indicators
inner join areas on indicators.area_key = areas.area_key
group by indicators.area_key, indicators.area_code, year(indicators.reference_date)
