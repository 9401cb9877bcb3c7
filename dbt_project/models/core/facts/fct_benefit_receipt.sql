with published as (

    select
        {{ staged_columns() }},
        benefit,
        '_T' as sex,
        '_T' as nationality,
        '_T' as age_group,
        '_T' as setting,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__22811_01_01_4') }}

    union all

    select
        {{ staged_columns() }},
        benefit,
        sex,
        nationality,
        age_group,
        '_T' as setting,
        2 as source_rank
    from {{ ref('stg_regionalstatistik__22811_02_02_4') }}

    union all

    select
        {{ staged_columns() }},
        'SGB12_HLU' as benefit,
        sex,
        nationality,
        age_group,
        setting,
        3 as source_rank
    from {{ ref('stg_regionalstatistik__22121_01_03_4') }}

    union all

    select
        {{ staged_columns() }},
        'SGB12_GSIAE' as benefit,
        sex,
        nationality,
        age_group,
        setting,
        4 as source_rank
    from {{ ref('stg_regionalstatistik__22151_01_02_4') }}

    union all

    select
        {{ staged_columns() }},
        benefit,
        sex,
        '_T' as nationality,
        age_group,
        '_T' as setting,
        5 as source_rank
    from {{ ref('stg_regionalstatistik__22221_01_01_4') }}

    union all

    select
        {{ staged_columns() }},
        benefit,
        '_T' as sex,
        '_T' as nationality,
        '_T' as age_group,
        '_T' as setting,
        6 as source_rank
    from {{ ref('stg_regionalstatistik__22311_01_02_4') }}

    union all

    select
        {{ staged_columns() }},
        benefit,
        sex,
        nationality,
        age_group,
        setting,
        7 as source_rank
    from {{ ref('stg_regionalstatistik__22131_01_02_4') }}

    union all

    -- tables that others succeeded: one series goes across, the seam is a row of dim_break
    select
        {{ staged_columns() }},
        'SGB12_HLU' as benefit,
        sex,
        nationality,
        age_group,
        '_T' as setting,
        8 as source_rank
    from {{ ref('stg_regionalstatistik__22121_01_02_4') }}

    union all

    select
        {{ staged_columns() }},
        'SGB12_GSIAE' as benefit,
        sex,
        nationality,
        age_group,
        setting,
        9 as source_rank
    from {{ ref('stg_regionalstatistik__22151_01_01_4') }}

    union all

    select
        {{ staged_columns() }},
        benefit,
        '_T' as sex,
        '_T' as nationality,
        '_T' as age_group,
        '_T' as setting,
        10 as source_rank
    from {{ ref('stg_regionalstatistik__22311_01_01_4') }}

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

{{ fact_versions('cells', ['benefit', 'sex', 'nationality', 'age_group', 'setting'], 'benefit_receipt') }}
