{#-
  Structural figures of areas. Each stands at the day that its title names, which the table itself does not print. One code
  stands for a Land, its towns and its Landkreise together: the Land is the line that is named so.
-#}
{%- set days = {
    'municipalities': '2023-06-30', 'area_sqkm': '2023-06-30', 'population_thousand': '2022-12-31',
    'population_german_thousand': '2022-12-31', 'foreign_pct': '2022-12-31', 'density': '2022-12-31',
    'age_lt16_pct': '2022-12-31', 'age_16_17_pct': '2022-12-31', 'age_18_24_pct': '2022-12-31',
    'age_25_34_pct': '2022-12-31', 'age_35_59_pct': '2022-12-31', 'age_60_74_pct': '2022-12-31',
    'age_ge75_pct': '2022-12-31', 'land_settlement_pct': '2021-12-31', 'land_vegetation_water_pct': '2021-12-31',
    'dwellings_per_1000': '2021-12-31', 'living_space_per_dwelling': '2021-12-31', 'living_space_per_head': '2021-12-31',
    'cars_per_1000': '2023-01-01', 'cars_electric_pct': '2023-01-01', 'childcare_rate_lt3': '2023-03-01',
    'childcare_rate_3_5': '2023-03-01', 'employees_per_1000': '2023-06-30', 'employees_agriculture_pct': '2023-06-30',
    'employees_manufacturing_pct': '2023-06-30', 'employees_trade_pct': '2023-06-30',
    'employees_public_services_pct': '2023-06-30', 'employees_other_services_pct': '2023-06-30',
    'sgb2_per_1000': '2023-08-31', 'sgb2_not_employable_pct': '2023-08-31', 'sgb2_foreign_pct': '2023-08-31',
    'unemployment_rate': '2023-10-31', 'unemployment_rate_men': '2023-10-31', 'unemployment_rate_women': '2023-10-31',
    'unemployment_rate_15_24': '2023-10-31', 'unemployment_rate_55_64': '2023-10-31',
} %}
{%- set years = {
    'natural_increase_per_1000': '2022', 'net_migration_per_1000': '2022', 'dwellings_completed_per_1000': '2021',
    'enterprises_per_1000': '2021', 'craft_enterprises_per_1000': '2021', 'disposable_income_eur': '2021', 'gdp_eur': '2021',
} %}
{%- set school_years = {
    'leavers_vocational_per_1000': '2022', 'leavers_general_per_1000': '2022', 'leavers_without_hsa_pct': '2022',
    'leavers_hsa_pct': '2022', 'leavers_msa_pct': '2022', 'leavers_fhr_ahr_pct': '2022',
} %}
with staged as (

    {{ stage_cells('bundeswahlleiterin', 'ew24-strukturdaten', ['land_name']) }}

),

times as (

    {% for measure, day in days.items() -%}
    select '{{ measure }}' as measure_code, date '{{ day }}' as day, 'stock' as kind union all
    {% endfor -%}
    {% for measure, year in years.items() -%}
    select '{{ measure }}', date '{{ year }}-12-31', 'flow' union all
    {% endfor -%}
    {% for measure, year in school_years.items() -%}
    select '{{ measure }}', date '{{ year }}-07-31', 'school_year'{{ ' union all' if not loop.last }}
    {% endfor %}

)

select
    staged.* exclude (land_name) replace (
        {{ period_key('times.day', 'times.kind') }} as period_key,
        times.day as reference_date,
        -- the last column has footnotes about columns, no sign of a cell
        case when staged.raw_symbol not like '% %' then staged.raw_symbol end as raw_symbol,
        case when staged.area_code = '99' then 'DG' else staged.area_code end as area_code
    )
from staged
inner join times on staged.measure_code = times.measure_code
where length(staged.area_code) = 5 or staged.area_name in (staged.land_name, staged.land_name || ' Land')
