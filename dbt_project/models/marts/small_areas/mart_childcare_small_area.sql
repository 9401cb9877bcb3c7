{%- set ages = {
    '_T': ['Y_LT3', 'Y3T5', 'Y6T8', 'Y9', 'Y10T11', 'Y12T13'],
    'Y_LT3': ['Y_LT3'],
    'Y3T5': ['Y3T5'],
    'Y6T13': ['Y6T8', 'Y9', 'Y10T11', 'Y12T13'],
} -%}
with {{ small_area_sums(
    'kita-plaetze', ['children', 'children_waiting', 'places', 'places_usable'], ['childcare_type_code', 'age_group_code']
) }},

{{ small_area_residents(ages) }},

places as (

    select
        area_key,
        period_key,
        childcare_type_code,
        age_group_code,
        max(value) filter (measure_code = 'places') as places,
        max(value) filter (measure_code = 'places_usable') as usable
    from summed
    group by all

)

select
    {{ small_area_place() }},
    summed.measure_code,
    summed.childcare_type_code,
    summed.age_group_code,
    'Kinder' as unit,
    cast(summed.value as double) as value,
    cast(places.places as double) as places_count,
    cast(places.usable as double) as places_usable_count,
    cast(residents.residents as double) as residents_count,
    cast(100 * places.places / nullif(residents.residents, 0) as double) as places_per_100,
    cast(100 * summed.value / nullif(residents.residents, 0) as double) as per_100,
    case when summed.measure_code = 'children' then cast(100 * summed.value / nullif(places.usable, 0) as double) end
        as occupancy_pct,
    {{ small_area_origin('kita-plaetze') }}
from {{ summed_and_shown() }}
inner join places
    on summed.area_key = places.area_key
    and summed.period_key = places.period_key
    and summed.childcare_type_code = places.childcare_type_code
    and summed.age_group_code = places.age_group_code
left join residents
    on summed.area_key = residents.area_key
    and residents.reference_date = make_date(year(shown.reference_date) - 1, 12, 31)
    and summed.age_group_code = residents.group_code
where summed.measure_code in ('children', 'children_waiting')
