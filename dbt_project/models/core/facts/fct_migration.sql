with published as (

    select
        {{ staged_columns() }},
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
