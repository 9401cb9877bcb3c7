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
        1 as source_rank
    from {{ ref('stg_regionalstatistik__AI_S_02') }}

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

{{ fact_versions('cells', [], 'poverty_risk') }}
