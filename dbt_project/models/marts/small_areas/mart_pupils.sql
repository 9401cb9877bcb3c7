{#- Pupils by school and special need: whoever has none is told from the others, and so hidden with them. -#}
{% set counted = {
    'PUPILS': ['PUPILS'],
    'SPECIAL_SCHOOL': ['SPECIAL_SCHOOL'],
    'REGULAR_WITH_NEED': ['REGULAR_WITH_NEED'],
    'REGULAR_WITHOUT_NEED': ['REGULAR_WITHOUT_NEED'],
} -%}
with {{ small_areas_shown(['schuelerzahlen'], ['pupils', 'pupils_special_needs', 'pupils_no_special_needs']) }},

{{ small_area_named_sums('pupil_code', counted) }}

select
    {{ small_area_place() }},
    summed.pupil_code,
    'pupils' as measure_code,
    'Personen' as unit,
    cast(summed.value as double) as value,
    cast(100 * summed.value / nullif(whole.value, 0) as double) as share_pct,
    {{ small_area_origin('schuelerzahlen') }}
from {{ summed_and_shown() }}
inner join summed as whole
    on summed.area_key = whole.area_key and summed.period_key = whole.period_key and whole.pupil_code = 'PUPILS'
