{%- set minors = ['Y_LT3', 'Y3T5', 'Y6T8', 'Y9', 'Y10T11', 'Y12T13', 'Y14', 'Y15T17'] -%}
{%- set adults = ['Y18T20', 'Y21T24', 'Y25T26', 'Y27T44', 'Y45T54', 'Y55T64', 'Y65T79', 'Y_GE80'] -%}
with {{ small_areas_shown(['wohnungslose'], ['persons']) }},

{{ small_area_residents({'_T': minors + adults, 'Y_LT18': minors, 'Y_GE18': adults}) }},

{{ small_area_named_sums('age_group_code', {
    '_T': ['Y_LT18', 'Y_GE18'],
    'Y_LT18': ['Y_LT18'],
    'Y_GE18': ['Y_GE18'],
}) }}

select
    {{ small_area_place() }},
    summed.age_group_code,
    'persons' as measure_code,
    'Personen' as unit,
    cast(summed.value as double) as value,
    cast(residents.residents as double) as residents_count,
    cast(10000 * summed.value / nullif(residents.residents, 0) as double) as per_10000,
    {{ small_area_origin('wohnungslose') }}
from {{ summed_and_shown() }}
left join residents
    on summed.area_key = residents.area_key
    and make_date(year(shown.reference_date) - 1, 12, 31) = residents.reference_date
    and summed.age_group_code = residents.group_code
