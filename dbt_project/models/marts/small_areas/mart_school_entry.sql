{#- Children who begin school; those who need support in German are told from the others, and so hidden with them. -#}
{% set counted = {
    'ENROLMENTS': ['ENROLMENTS'],
    'WITH_SUPPORT': ['WITH_SUPPORT'],
    'WITHOUT_SUPPORT': ['WITHOUT_SUPPORT'],
} -%}
with {{ small_areas_shown(
    ['einschulungen'], ['enrolments', 'enrolments_language_support', 'enrolments_no_language_support']
) }},

{{ small_area_named_sums('entry_code', counted) }}

select
    {{ small_area_place() }},
    summed.entry_code,
    'enrolments' as measure_code,
    'Kinder' as unit,
    cast(summed.value as double) as value,
    cast(100 * summed.value / nullif(whole.value, 0) as double) as share_pct,
    {{ small_area_origin('einschulungen') }}
from {{ summed_and_shown() }}
inner join summed as whole
    on summed.area_key = whole.area_key and summed.period_key = whole.period_key and whole.entry_code = 'ENROLMENTS'
