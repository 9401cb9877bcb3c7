with published as (

    select
        {{ staged_columns() }},
        sex,
        nationality,
        age_group,
        unemployed_group,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__13211_02_05_4') }}

    union all

    select
        {{ staged_columns() }},
        '_T' as sex,
        nationality,
        age_group,
        unemployed_group,
        2 as source_rank
    from {{ ref('stg_regionalstatistik__13211_01_03_4') }}

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

{{ fact_versions('cells', ['sex', 'nationality', 'age_group', 'unemployed_group'], 'unemployment') }}
