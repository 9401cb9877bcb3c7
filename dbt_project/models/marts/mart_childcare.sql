with areas as (

    select * from {{ ref('dim_area') }}

),

cells as (

    select
        'childcare' as subject,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        childcare_type_code,
        age_group_code,
        '_T' as facility_branch_code,
        '_T' as facility_type_code,
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
    from {{ ref('fct_childcare') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'youth_facility' as subject,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        '_T' as childcare_type_code,
        '_T' as age_group_code,
        facility_branch_code,
        facility_type_code,
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
    from {{ ref('fct_youth_facility') }}
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
    cells.childcare_type_code,
    cells.age_group_code,
    cells.facility_branch_code,
    cells.facility_type_code,
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
