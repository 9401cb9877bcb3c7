{#-
  Confidential: true counts. Of each form the newest delivery of a year stands for the whole year, since what a form
  leaves out is zero. Cells add up: a whole that is printed beside a part of it stands as its rest.
-#}
{% set forms = {
    'hilfen_zur_erziehung': ['youth_support', 'age_group', 'sex'],
    'gefaehrdungseinschaetzungen': ['assessment_result', 'age_group', 'sex'],
    'inobhutnahmen': ['taking_into_care_reason', 'age_group', 'sex'],
    'sgb2_kleinraeumig': ['age_group'],
    'bevoelkerung_kleinraeumig': ['age_group', 'sex', 'nationality'],
    'kita_plaetze': ['childcare_type', 'age_group'],
    'einschulungen': ['enrolment_kind', 'sex'],
    'schuluebergaenge': ['school_type', 'sex', 'nationality'],
    'integration_zuwanderung': ['newcomer_group', 'sex', 'guidance_end'],
    'integration_kurse': ['course_type'],
    'sgb12_kleinraeumig': ['benefit', 'age_group'],
    'schuelerzahlen': ['school_type', 'grade', 'nationality'],
    'ganztag': ['allday_offer', 'grade', 'allday_hours'],
    'engagement': ['volunteer_kind'],
    'einbuergerungen': ['sex'],
    'familiengericht': ['court_measure', 'age_group', 'sex'],
    'jugendhilfe_ausgaben': ['youth_support'],
    'wohnungslose': ['age_group'],
} -%}
{#- Forms in which an office may say that it did not record a count: nobody knows it then, so it is kept like a secret. -#}
{% set with_gaps = [
    'kita_plaetze', 'einschulungen', 'schuluebergaenge', 'integration_zuwanderung', 'integration_kurse', 'sgb12_kleinraeumig',
    'schuelerzahlen', 'ganztag', 'engagement', 'einbuergerungen',
    'jugendhilfe_ausgaben', 'wohnungslose',
] -%}
{% set crossed = [
    'youth_support', 'assessment_result', 'taking_into_care_reason', 'age_group', 'sex', 'nationality', 'childcare_type',
    'enrolment_kind', 'school_type', 'newcomer_group', 'course_type', 'benefit', 'grade', 'allday_offer', 'allday_hours',
    'guidance_end', 'volunteer_kind', 'court_measure',
] -%}
{#- A measure that is printed beside a part of it: the part, and how the rest is named. -#}
{% set wholes = {
    'enrolments': ('enrolments_language_support', 'enrolments_no_language_support'),
    'examined': ('examined_with_finding', 'examined_without_finding'),
    'pupils': ('pupils_special_needs', 'pupils_no_special_needs'),
    'guided': ('guided_with_plan', 'guided_without_plan'),
    'children_before_school': ('children_with_place', 'children_without_place'),
    'children_of_school_age': ('children_at_school', 'children_not_at_school'),
} -%}
with printed as (

    {%- for form, dimensions in forms.items() %}

    select
        dataset_id,
        snapshot_id,
        known_from,
        period_key,
        reference_date,
        area_code,
        measure_code,
        {% for name in crossed -%}
        {{ name if name in dimensions else "'_T'" }} as {{ name }}_code,
        {% endfor -%}
        value,
        value is null{{ '' if form in with_gaps else " and conf_status <> 'F'" }} as is_secret,
        line as source_line,
        column_no as source_column
    from {{ ref('stg_kommune__' ~ form) }}
    {%- if form == 'sgb2_kleinraeumig' %}
    where benefit <> 'SGB2_NEF'
    {%- endif %}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

-- whoever is no part of those that the form names apart, who is older than the children that it names
rests as (

    select
        wholes.* replace (
            case wholes.measure_code
                {%- for whole, (part, rest) in wholes.items() %}
                when '{{ whole }}' then '{{ rest }}'
                {%- endfor %}
                else wholes.measure_code
            end as measure_code,
            case when wholes.benefit_code = 'SGB12_HLU' then 'Y_GE15' else wholes.age_group_code end as age_group_code,
            wholes.value - parts.value as value,
            wholes.is_secret or parts.is_secret as is_secret
        )
    from printed as wholes
    inner join printed as parts
        on wholes.dataset_id = parts.dataset_id
        and wholes.snapshot_id = parts.snapshot_id
        and wholes.period_key = parts.period_key
        and wholes.area_code = parts.area_code
        {%- for name in crossed if name != 'age_group' %}
        and wholes.{{ name }}_code = parts.{{ name }}_code
        {%- endfor %}
    where
        (wholes.benefit_code = 'SGB12_HLU' and wholes.age_group_code = '_T' and parts.age_group_code = 'Y_LT15')
        {%- for whole, (part, rest) in wholes.items() %}
        or (wholes.measure_code = '{{ whole }}' and parts.measure_code = '{{ part }}')
        {%- endfor %}

),

cells as (

    select * from printed
    where dataset_id <> 'sgb12-kleinraeumig' or age_group_code <> '_T'
    union all
    select * from rests

),

leaves as (

    select distinct area_code, area_key from {{ ref('bridge_small_area') }} where is_leaf

),

newest as (

    select dataset_id, period_key, arg_max(snapshot_id, (known_from, snapshot_id)) as snapshot_id
    from printed
    group by dataset_id, period_key

)

select
    cells.dataset_id,
    cells.snapshot_id,
    cells.known_from,
    cells.period_key,
    cells.reference_date,
    cells.area_code,
    coalesce(leaves.area_key, cells.area_code) as area_key,
    cells.measure_code,
    case
        when cells.youth_support_code = '_T' then '_T'
        when cells.youth_support_code = 'S28' then 'COUNSELLING'
        when cells.youth_support_code in ('S33', 'S34') then 'OUTSIDE_FAMILY'
        when cells.youth_support_code = 'S35A' then 'INTEGRATION'
        when cells.youth_support_code = 'S41' then 'YOUNG_ADULTS'
        else 'FAMILY_SUPPORT'
    end as support_group_code,
    case
        when cells.assessment_result_code <> '_T' then cells.assessment_result_code
        when cells.court_measure_code like 'CUSTODY%' then 'COURT_CUSTODY'
        when cells.court_measure_code <> '_T' then 'COURT_ORDERS'
        when cells.taking_into_care_reason_code = '_T' then '_T'
        when cells.taking_into_care_reason_code = 'PROVISIONAL' then 'S42A'
        else 'S42'
    end as protection_code,
    cells.youth_support_code,
    cells.assessment_result_code,
    cells.taking_into_care_reason_code,
    case
        when cells.school_type_code in ('_T', 'GY', 'IGS') then cells.school_type_code
        else 'OTHER'
    end as school_group_code,
    case cells.measure_code
        when 'newcomers'
            then case cells.newcomer_group_code
                when 'FAMILY' then 'OTHER'
                else cells.newcomer_group_code
            end
        when 'guidance_ended' then 'ENDED_' || cells.guidance_end_code
        when 'integration_plans_begun' then 'PLANS_BEGUN'
        when 'integration_plans_completed' then 'PLANS_COMPLETED'
        when 'integration_plans_reviewed' then 'PLANS_REVIEWED'
        when 'integration_plans_not_reached' then 'PLANS_NOT_REACHED'
        when 'guided_with_plan' then 'GUIDED_WITH_PLAN'
        when 'guided_without_plan' then 'GUIDED_WITHOUT_PLAN'
        when 'guidance_begun' then 'GUIDANCE_BEGUN'
        when 'children_with_place' then 'WITH_PLACE'
        when 'children_without_place' then 'WITHOUT_PLACE'
        when 'children_at_school' then 'AT_SCHOOL'
        when 'children_not_at_school' then 'NOT_AT_SCHOOL'
        when 'naturalised' then 'NATURALISED'
        else '_T'
    end as integration_code,
    case cells.measure_code
        when 'enrolments' then 'ENROLMENTS'
        when 'enrolments_language_support' then 'WITH_SUPPORT'
        when 'enrolments_no_language_support' then 'WITHOUT_SUPPORT'
        when 'examined_with_finding' then 'WITH_FINDING'
        when 'examined_without_finding' then 'WITHOUT_FINDING'
        else '_T'
    end as entry_code,
    case when cells.allday_offer_code in ('_T', 'HORT') then cells.allday_offer_code else 'SCHOOL' end as allday_group_code,
    case
        when cells.measure_code = 'pupils' then 'PUPILS'
        when cells.measure_code not in ('pupils_special_needs', 'pupils_no_special_needs') then '_T'
        when cells.school_type_code = 'FOES' then 'SPECIAL_SCHOOL'
        when cells.measure_code = 'pupils_special_needs' then 'REGULAR_WITH_NEED'
        else 'REGULAR_WITHOUT_NEED'
    end as pupil_code,
    case
        when cells.dataset_id <> 'sgb12-kleinraeumig' then '_T'
        when cells.benefit_code = 'SGB12_HLU' then 'HLU'
        when cells.age_group_code = 'Y_GE_LIMIT' then 'GSIAE_GE_LIMIT'
        else 'GSIAE_LT_LIMIT'
    end as assistance_code,
    cells.age_group_code,
    cells.sex_code,
    cells.nationality_code,
    cells.childcare_type_code,
    cells.enrolment_kind_code,
    cells.school_type_code,
    cells.newcomer_group_code,
    cells.course_type_code,
    cells.benefit_code,
    cells.grade_code,
    cells.allday_offer_code,
    cells.allday_hours_code,
    cells.guidance_end_code,
    cells.volunteer_kind_code,
    cells.court_measure_code,
    cast(cells.value as double) as value,
    cast(case when cells.is_secret then 0 else cells.value end as double) as known_count,
    cast(cells.is_secret as integer) as unknown_count,
    cells.source_line,
    cells.source_column
from cells
inner join newest using (dataset_id, period_key, snapshot_id)
left join leaves on cells.area_code = leaves.area_code
