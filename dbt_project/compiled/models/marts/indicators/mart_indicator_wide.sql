{#- Generated from dbt_project/indicators (make generate); do not edit. -#}
with indicators as (

    select * from {{ ref('fct_indicator') }}

),

areas as (

    select * from {{ ref('dim_area') }}

)

-- an area whose territory changes within the year has one row, under the newer version
select
    max(indicators.area_key) as area_key,
    indicators.area_code,
    areas.area_level,
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
    max(case when indicators.indicator_id = 'D08-structure' then indicators.value end) as d08_structure,
    max(case when indicators.indicator_id = 'D09' then indicators.value end) as d09,
    max(case when indicators.indicator_id = 'D10' then indicators.value end) as d10,
    max(case when indicators.indicator_id = 'D11' then indicators.value end) as d11,
    max(case when indicators.indicator_id = 'D12-census2011' then indicators.value end) as d12_census2011,
    max(case when indicators.indicator_id = 'D13' then indicators.value end) as d13,
    max(case when indicators.indicator_id = 'D14' then indicators.value end) as d14,
    max(case when indicators.indicator_id = 'I01' then indicators.value end) as i01,
    max(case when indicators.indicator_id = 'I01-azr' then indicators.value end) as i01_azr,
    max(case when indicators.indicator_id = 'I01-structure' then indicators.value end) as i01_structure,
    max(case when indicators.indicator_id = 'I02-census2011' then indicators.value end) as i02_census2011,
    max(case when indicators.indicator_id = 'I04' then indicators.value end) as i04,
    max(case when indicators.indicator_id = 'I06' then indicators.value end) as i06,
    max(case when indicators.indicator_id = 'A01' then indicators.value end) as a01,
    max(case when indicators.indicator_id = 'A02' then indicators.value end) as a02,
    max(case when indicators.indicator_id = 'A03' then indicators.value end) as a03,
    max(case when indicators.indicator_id = 'A03-youth' then indicators.value end) as a03_youth,
    max(case when indicators.indicator_id = 'A03-foreign' then indicators.value end) as a03_foreign,
    max(case when indicators.indicator_id = 'A03-german' then indicators.value end) as a03_german,
    max(case when indicators.indicator_id = 'A04' then indicators.value end) as a04,
    max(case when indicators.indicator_id = 'A04-density' then indicators.value end) as a04_density,
    max(case when indicators.indicator_id = 'A05-residence' then indicators.value end) as a05_residence,
    max(case when indicators.indicator_id = 'A05-inhabitants' then indicators.value end) as a05_inhabitants,
    max(case when indicators.indicator_id = 'A05-workplace' then indicators.value end) as a05_workplace,
    max(case when indicators.indicator_id = 'P01' then indicators.value end) as p01,
    max(case when indicators.indicator_id = 'P01-structure' then indicators.value end) as p01_structure,
    max(case when indicators.indicator_id = 'P02' then indicators.value end) as p02,
    max(case when indicators.indicator_id = 'P03' then indicators.value end) as p03,
    max(case when indicators.indicator_id = 'P06' then indicators.value end) as p06,
    max(case when indicators.indicator_id = 'P07' then indicators.value end) as p07,
    max(case when indicators.indicator_id = 'P08' then indicators.value end) as p08,
    max(case when indicators.indicator_id = 'P09' then indicators.value end) as p09,
    max(case when indicators.indicator_id = 'P13' then indicators.value end) as p13,
    max(case when indicators.indicator_id = 'P14' then indicators.value end) as p14,
    max(case when indicators.indicator_id = 'P15' then indicators.value end) as p15,
    max(case when indicators.indicator_id = 'K01' then indicators.value end) as k01,
    max(case when indicators.indicator_id = 'K01-centre' then indicators.value end) as k01_centre,
    max(case when indicators.indicator_id = 'K01-home' then indicators.value end) as k01_home,
    max(case when indicators.indicator_id = 'K01-structure' then indicators.value end) as k01_structure,
    max(case when indicators.indicator_id = 'K02' then indicators.value end) as k02,
    max(case when indicators.indicator_id = 'K02-centre' then indicators.value end) as k02_centre,
    max(case when indicators.indicator_id = 'K02-home' then indicators.value end) as k02_home,
    max(case when indicators.indicator_id = 'K02-structure' then indicators.value end) as k02_structure,
    max(case when indicators.indicator_id = 'K03' then indicators.value end) as k03,
    max(case when indicators.indicator_id = 'K03-3to5' then indicators.value end) as k03_3to5,
    max(case when indicators.indicator_id = 'K04-origin' then indicators.value end) as k04_origin,
    max(case when indicators.indicator_id = 'K06' then indicators.value end) as k06,
    max(case when indicators.indicator_id = 'B01' then indicators.value end) as b01,
    max(case when indicators.indicator_id = 'B01-structure' then indicators.value end) as b01_structure,
    max(case when indicators.indicator_id = 'B02' then indicators.value end) as b02,
    max(case when indicators.indicator_id = 'B03' then indicators.value end) as b03,
    max(case when indicators.indicator_id = 'B06-general' then indicators.value end) as b06_general,
    max(case when indicators.indicator_id = 'H01' then indicators.value end) as h01,
    max(case when indicators.indicator_id = 'H02' then indicators.value end) as h02,
    max(case when indicators.indicator_id = 'H03-sgb12' then indicators.value end) as h03_sgb12,
    max(case when indicators.indicator_id = 'W02' then indicators.value end) as w02,
    max(case when indicators.indicator_id = 'W02-structure' then indicators.value end) as w02_structure,
    max(case when indicators.indicator_id = 'W03' then indicators.value end) as w03
from indicators
inner join areas on indicators.area_key = areas.area_key
group by indicators.area_code, areas.area_level, year(indicators.reference_date)
