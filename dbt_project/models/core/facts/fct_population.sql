with published as (

    select
        {{ staged_columns() }},
        sex,
        '_T' as age_group,
        '_T' as nationality,
        1 as source_rank
    from {{ ref('stg_regionalstatistik__12411_01_01_4') }}

    union all

    select
        {{ staged_columns() }},
        sex,
        age_group,
        '_T' as nationality,
        2 as source_rank
    from {{ ref('stg_regionalstatistik__12411_02_03_4') }}

    union all

    select
        {{ staged_columns() }},
        sex,
        age_group,
        nationality,
        3 as source_rank
    from {{ ref('stg_regionalstatistik__12411_03_03_4') }}

    union all

    select
        {{ staged_columns() }},
        sex,
        age_group,
        '_T' as nationality,
        4 as source_rank
    from {{ ref('stg_regionalstatistik__12411_04_02_4') }}

    union all

    select
        {{ staged_columns() }},
        sex,
        age_group,
        '_T' as nationality,
        1 as source_rank
    from {{ ref('stg_berlin__ewr_lor2021') }}
    where measure_code = 'registered_persons'

    union all

    select
        {{ staged_columns() }},
        sex,
        age_group,
        nationality,
        2 as source_rank
    from {{ ref('stg_berlin__lor_population_derivative') }}

    union all

    -- the census table prints the population update of 30 June 2022 under the census day
    select
        dataset_id,
        snapshot_id,
        known_from,
        line,
        column_no,
        case when measure_code = 'persons_bfs' then 'D2022-06-30' else period_key end as period_key,
        case when measure_code = 'persons_bfs' then date '2022-06-30' else reference_date end as reference_date,
        case when area_code = '00' then 'DG' else area_code end as area_code,
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base,
        '_T' as sex,
        '_T' as age_group,
        '_T' as nationality,
        9 as source_rank
    from {{ ref('stg_zensus__zensus2022_bevoelkerung') }}
    where area_code <> '00' or region_level = 'Bund (ohne Deutsche im Ausland)'

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

{{ fact_versions('cells', ['sex', 'age_group', 'nationality'], 'population') }}
