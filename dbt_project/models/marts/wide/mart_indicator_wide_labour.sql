{#- Generated from dbt_project/indicators by `python -m dbt_project.indicators`; do not edit. -#}
with indicators as (

    select * from {{ ref('fct_indicator') }}
    where indicator_id in (
        'A01',
        'A02',
        'A03',
        'A03-youth',
        'A03-foreign',
        'A03-german',
        'A04',
        'A04-density',
        'A05-workplace'
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
    max(case when indicators.indicator_id = 'A01' then indicators.value end) as a01,
    max(case when indicators.indicator_id = 'A02' then indicators.value end) as a02,
    max(case when indicators.indicator_id = 'A03' then indicators.value end) as a03,
    max(case when indicators.indicator_id = 'A03-youth' then indicators.value end) as a03_youth,
    max(case when indicators.indicator_id = 'A03-foreign' then indicators.value end) as a03_foreign,
    max(case when indicators.indicator_id = 'A03-german' then indicators.value end) as a03_german,
    max(case when indicators.indicator_id = 'A04' then indicators.value end) as a04,
    max(case when indicators.indicator_id = 'A04-density' then indicators.value end) as a04_density,
    max(case when indicators.indicator_id = 'A05-workplace' then indicators.value end) as a05_workplace
from indicators
inner join areas on indicators.area_key = areas.area_key
group by indicators.area_key, indicators.area_code, year(indicators.reference_date)
