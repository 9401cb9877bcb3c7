with published as (

    select
        {{ staged_columns() }},
        'DAYCARE' as facility_branch,
        facility_type,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__22541_01_04_4') }}

    union all

    select
        {{ staged_columns() }},
        'YOUTH_SERVICE' as facility_branch,
        facility_type,
        2 as source_rank
    from {{ ref('stg_regionalstatistik__22542_01_02_4') }}

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

{{ fact_versions('cells', ['facility_branch', 'facility_type'], 'youth_facility') }}
