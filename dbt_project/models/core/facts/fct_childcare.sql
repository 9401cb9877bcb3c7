with published as (

    select
        {{ staged_columns() }},
        childcare_type,
        age_group,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__22543_01_02_4') }}

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

{{ fact_versions('cells', ['childcare_type', 'age_group'], 'childcare') }}
