{%- set counted = {
    'HLU': ['HLU'],
    'GSIAE': ['GSIAE_LT_LIMIT', 'GSIAE_GE_LIMIT'],
    'GSIAE_LT_LIMIT': ['GSIAE_LT_LIMIT'],
    'GSIAE_GE_LIMIT': ['GSIAE_GE_LIMIT'],
} -%}
{%- set minors = ['Y_LT3', 'Y3T5', 'Y6T8', 'Y9', 'Y10T11', 'Y12T13', 'Y14', 'Y15T17'] -%}
{%- set adults = ['Y18T20', 'Y21T24', 'Y25T26', 'Y27T44', 'Y45T54', 'Y55T64'] -%}
{%- set old = ['Y65T79', 'Y_GE80'] -%}
with {{ small_areas_shown(['sgb12-kleinraeumig'], ['persons']) }},

{{ small_area_residents({
    'HLU': minors + adults + old,
    'GSIAE': adults + old,
    'GSIAE_LT_LIMIT': adults,
    'GSIAE_GE_LIMIT': old,
}) }},

{{ small_area_named_sums('assistance_code', counted) }}

select
    {{ small_area_place() }},
    summed.assistance_code,
    'persons' as measure_code,
    'Personen' as unit,
    cast(summed.value as double) as value,
    cast(residents.residents as double) as residents_count,
    cast(100 * summed.value / nullif(residents.residents, 0) as double) as per_100,
    {{ small_area_origin('sgb12-kleinraeumig') }}
from {{ summed_and_shown() }}
left join residents
    on summed.area_key = residents.area_key
    and shown.reference_date = residents.reference_date
    and summed.assistance_code = residents.group_code
