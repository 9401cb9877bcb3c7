with areas as (

    select * from {{ ref('dim_area') }}

),

cells as (

    select
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        benefit_code,
        sex_code,
        nationality_code,
        age_group_code,
        setting_code,
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
    from {{ ref('fct_benefit_receipt') }}
    where is_preferred and missing_reason <> 'area_not_existing'

)

select
    cells.area_key,
    cells.area_code,
    areas.area_level,
    areas.area_name,
    cells.is_backcast,
    cells.period_key,
    cells.reference_date,
    cells.benefit_code,
    cells.sex_code,
    cells.nationality_code,
    cells.age_group_code,
    cells.setting_code,
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
