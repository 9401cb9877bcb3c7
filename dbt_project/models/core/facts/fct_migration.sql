with published as (

    select
        dataset_id,
        snapshot_id,
        known_from,
        line,
        column_no,
        period_key,
        reference_date,
        area_code,
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base,
        sex,
        age_group,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__12711_01_03_4') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

{{ with_kreis_rows('published') }},

{{ fact_versions('cells', ['sex', 'age_group'], 'migration') }}
