with areas as (

    select * from {{ ref('dim_area') }}

),

cells as (

    select
        'school_enrolment' as subject,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        school_type_code,
        sex_code,
        nationality_code,
        grade_code,
        '_T' as qualification_code,
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base,
        dataset_id,
        snapshot_id,
        known_from
    from {{ ref('fct_school_enrolment') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'school_leaver' as subject,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        '_T' as school_type_code,
        sex_code,
        '_T' as nationality_code,
        '_T' as grade_code,
        qualification_code,
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base,
        dataset_id,
        snapshot_id,
        known_from
    from {{ ref('fct_school_leaver') }}
    where is_preferred and missing_reason <> 'area_not_existing'

)

select
    cells.subject,
    cells.area_key,
    cells.area_code,
    areas.area_level,
    areas.area_name,
    cells.is_backcast,
    cells.period_key,
    cells.reference_date,
    cells.school_type_code,
    cells.sex_code,
    cells.nationality_code,
    cells.grade_code,
    cells.qualification_code,
    cells.measure_code,
    cells.unit,
    cells.value,
    cells.obs_status,
    cells.conf_status,
    cells.missing_reason,
    cells.raw_symbol,
    cells.rounding_base,
    cells.dataset_id,
    cells.snapshot_id,
    cells.known_from
from cells
inner join areas on cells.area_key = areas.area_key
