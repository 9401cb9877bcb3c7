with published as (

    select
        {{ staged_columns() }},
        school_type,
        sex,
        nationality,
        grade,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__21111_01_03_4') }}

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

{{ fact_versions('cells', ['school_type', 'sex', 'nationality', 'grade'], 'school_enrolment') }}
