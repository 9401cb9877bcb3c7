{%- set ages = {'_T': ['Y6T8', 'Y9']} -%}
with {{ small_area_sums('ganztag', ['all_day_children'], ['allday_group_code', 'grade_code']) }},

{{ small_area_residents(ages) }}

select
    {{ small_area_place() }},
    summed.allday_group_code,
    summed.grade_code,
    summed.measure_code,
    'Kinder' as unit,
    cast(summed.value as double) as value,
    cast(residents.residents as double) as residents_count,
    cast(100 * summed.value / nullif(residents.residents, 0) as double) as per_100,
    {{ small_area_origin('ganztag') }}
from {{ summed_and_shown() }}
left join residents
    on summed.area_key = residents.area_key
    and residents.reference_date = make_date(year(shown.reference_date), 12, 31)
    and summed.grade_code = residents.group_code
