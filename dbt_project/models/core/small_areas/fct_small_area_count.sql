{#-
  Confidential: true counts. Of each form the newest delivery of a year stands for the whole year, since what a form
  leaves out is zero.
-#}
{% set forms = {
    'hilfen_zur_erziehung': ['youth_support', 'age_group', 'sex'],
    'gefaehrdungseinschaetzungen': ['assessment_result', 'age_group', 'sex'],
    'inobhutnahmen': ['taking_into_care_reason', 'age_group', 'sex'],
    'sgb2_kleinraeumig': ['age_group'],
    'bevoelkerung_kleinraeumig': ['age_group', 'sex', 'nationality'],
} -%}
with cells as (

    {%- for form, dimensions in forms.items() %}

    select
        dataset_id,
        snapshot_id,
        known_from,
        period_key,
        reference_date,
        area_code,
        measure_code,
        {% for name in ['youth_support', 'assessment_result', 'taking_into_care_reason', 'age_group', 'sex', 'nationality'] -%}
        {{ name if name in dimensions else "'_T'" }} as {{ name }}_code,
        {% endfor -%}
        value,
        value is null and conf_status <> 'F' as is_secret,
        line as source_line,
        column_no as source_column
    from {{ ref('stg_kommune__' ~ form) }}
    {%- if form == 'sgb2_kleinraeumig' %}
    where benefit in ('SGB2_RLB', 'SGB2_BG')
    {%- endif %}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

leaves as (

    select distinct area_code, area_key from {{ ref('bridge_small_area') }} where is_leaf

),

newest as (

    select dataset_id, period_key, arg_max(snapshot_id, (known_from, snapshot_id)) as snapshot_id
    from cells
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
    cells.age_group_code,
    cells.sex_code,
    cells.nationality_code,
    cast(cells.value as double) as value,
    cast(case when cells.is_secret then 0 else cells.value end as double) as known_count,
    cast(cells.is_secret as integer) as unknown_count,
    cells.source_line,
    cells.source_column
from cells
inner join newest using (dataset_id, period_key, snapshot_id)
left join leaves on cells.area_code = leaves.area_code
