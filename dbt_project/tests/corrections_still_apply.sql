-- A correction that meets no number has done its work: the source was mended, or the correction names a wrong cell.
-- Remove its row from seeds/corrections.csv, or mend it.
with corrections as (

    select * from {{ ref('corrections') }}

),

met as (
{% for fact in ['population', 'school_enrolment', 'school_leaver', 'benefit_receipt', 'childcare', 'youth_facility', 'unemployment', 'income', 'area_size'] %}
    select correction_id from {{ ref('fct_' ~ fact) }} where correction_id is not null and known_to is null
    {{ 'union' if not loop.last }}
{% endfor %}
)

select corrections.*
from corrections
left join met on corrections.correction_id = met.correction_id
where met.correction_id is null
