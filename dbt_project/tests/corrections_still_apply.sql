-- A correction whose cell is delivered but no longer prints the expected number has done its work: the source was mended.
-- Remove its row from seeds/corrections.csv, or mend it. A cell that is not delivered at all says nothing.
{% set facts = {
    'population': ['sex', 'age_group', 'nationality'],
    'school_enrolment': ['school_type', 'sex', 'nationality', 'grade'],
    'school_leaver': ['qualification', 'sex'],
    'benefit_receipt': ['benefit', 'sex', 'nationality', 'age_group', 'setting'],
    'childcare': ['childcare_type', 'age_group'],
    'youth_facility': ['facility_branch', 'facility_type'],
    'unemployment': ['sex', 'nationality', 'age_group', 'unemployed_group'],
    'income': [],
    'area_size': []
} %}
with corrections as (

    select * from {{ ref('corrections') }}

),

delivered as (
{% for fact, dimensions in facts.items() %}
    select corrections.correction_id, cells.correction_id is not null as is_corrected
    from corrections
    inner join {{ ref('fct_' ~ fact) }} as cells
        on corrections.dataset_id = cells.dataset_id
        and corrections.area_code = cells.area_code
        and corrections.period_key = cells.period_key
        and corrections.measure_code = cells.measure_code
        {%- for dimension in dimensions %}
        and coalesce(corrections.{{ dimension }}_code, '_T') = cells.{{ dimension }}_code
        {%- endfor %}
        and cells.known_to is null
    where corrections.fact = '{{ fact }}'
    {{ 'union all' if not loop.last }}
{% endfor %}
)

select correction_id
from delivered
group by correction_id
having not bool_or(is_corrected)
