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
    'integration_zuwanderung': ['newcomer_group', 'sex'],
    'integration_kurse': ['course_type'],
    'sgb12_kleinraeumig': ['benefit', 'age_group'],
    'schuelerzahlen': ['school_type', 'grade', 'nationality'],
    'ganztag': ['allday_offer', 'grade', 'allday_hours'],
} -%}
{#- Forms in which an office may say that it did not record a count: nobody knows it then, so it is kept like a secret. -#}
{% set with_gaps = [
    'kita_plaetze', 'einschulungen', 'schuluebergaenge', 'integration_zuwanderung', 'integration_kurse', 'sgb12_kleinraeumig',
    'schuelerzahlen', 'ganztag',
] -%}
{% set crossed = [
    'youth_support', 'assessment_result', 'taking_into_care_reason', 'age_group', 'sex', 'nationality', 'childcare_type',
    'enrolment_kind', 'school_type', 'newcomer_group', 'course_type', 'benefit', 'grade', 'allday_offer', 'allday_hours',
] -%}
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

-- who begins school or goes to it without need of support, who is older than the children that the form names
rests as (

    select
        wholes.* replace (
            case wholes.measure_code
                when 'enrolments' then 'enrolments_no_language_support'
                when 'pupils' then 'pupils_no_special_needs'
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
        and wholes.enrolment_kind_code = parts.enrolment_kind_code
        and wholes.sex_code = parts.sex_code
        and wholes.benefit_code = parts.benefit_code
        and wholes.school_type_code = parts.school_type_code
        and wholes.grade_code = parts.grade_code
        and wholes.nationality_code = parts.nationality_code
    where
        (wholes.measure_code = 'enrolments' and parts.measure_code = 'enrolments_language_support')
        or (wholes.measure_code = 'pupils' and parts.measure_code = 'pupils_special_needs')
        or (
            wholes.benefit_code = 'SGB12_HLU' and wholes.age_group_code = '_T' and parts.age_group_code = 'Y_LT15'
        )

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
            then case
                when cells.newcomer_group_code in ('ASYLUM', 'RECOGNISED', 'TEMPORARY') then 'REFUGE'
                when cells.newcomer_group_code = 'EU' then 'EU'
                else 'OTHER'
            end
        when 'integration_plans_begun' then 'PLANS_BEGUN'
        when 'integration_plans_completed' then 'PLANS_COMPLETED'
        else '_T'
    end as integration_code,
    case cells.measure_code
        when 'enrolments' then 'ENROLMENTS'
        when 'enrolments_language_support' then 'WITH_SUPPORT'
        when 'enrolments_no_language_support' then 'WITHOUT_SUPPORT'
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
    cast(cells.value as double) as value,
    cast(case when cells.is_secret then 0 else cells.value end as double) as known_count,
    cast(cells.is_secret as integer) as unknown_count,
    cells.source_line,
    cells.source_column
from cells
inner join newest using (dataset_id, period_key, snapshot_id)
left join leaves on cells.area_code = leaves.area_code
