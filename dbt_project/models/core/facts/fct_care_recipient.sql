with published as (

    select
        {{ staged_columns() }},
        care_type,
        sex,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__22411_02_02_4') }}

    union all

    select
        {{ staged_columns() }},
        care_type,
        sex,
        2 as source_rank
    from {{ ref('stg_regionalstatistik__22411_02_03_4') }}

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

{{ fact_versions('cells', ['care_type', 'sex'], 'care_recipient') }}
