with table_areas as (

    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__12411_01_01_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__12411_02_03_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__12411_03_03_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__12411_04_02_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__21111_01_03_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__21111_02_06_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22811_01_01_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22811_02_02_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22121_01_03_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22151_01_02_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22221_01_01_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22311_01_02_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22541_01_04_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22542_01_02_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__22543_01_02_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__13211_02_05_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__82411_01_03_4') }}
    union all
    select area_code, area_name, known_from from {{ ref('stg_regionalstatistik__11111_01_01_4') }}
    union all
    select
        case when area_code = '00' then 'DG' else area_code end as area_code,
        area_name,
        timestamp '1990-01-01' as known_from
    from {{ ref('stg_zensus__zensus2022_bevoelkerung') }}

),

register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

ars_register as (

    select * from {{ ref('stg_destatis__regionalschluessel_xoev') }}

),

geometry as (

    select * from {{ ref('stg_bkg__vg2500_krs') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

named as (

    select area_code, arg_max(area_name, known_from) as area_name, 1 as name_rank
    from table_areas
    group by area_code

    union all

    select area_code, area_name, 3 as name_rank from register

    union all

    select area_code, area_name, 4 as name_rank from ars_register

    union all

    select area_code, area_name || ', ' || area_type as area_name, 5 as name_rank from geometry

    union all

    select identity.kreis_code, arg_max(table_areas.area_name, table_areas.known_from), 2 as name_rank
    from table_areas
    inner join identity on table_areas.area_code = identity.table_code
    group by identity.kreis_code

),

codes as (

    select
        area_code,
        arg_min(area_name, name_rank) as area_name,
        case
            when area_code = 'DG' then 'DE'
            when length(area_code) = 2 then 'LAND'
            when length(area_code) = 3 then 'REGBEZ'
            when length(area_code) = 5 then 'KREIS'
            when length(area_code) = 8 and starts_with(area_code, '11') then 'BEZIRK'
            when length(area_code) = 8 then 'CITY_IN_KREIS'
            when length(area_code) = 9 then 'GEMEINDEVERBAND'
            when length(area_code) = 12 then 'GEMEINDE'
        end as code_level
    from named
    group by area_code

),

versions as (

    select
        codes.area_code,
        codes.area_name,
        coalesce(history.area_level, codes.code_level) as area_level,
        coalesce(history.valid_from, date '1900-01-01') as valid_from,
        coalesce(history.valid_to, date '9999-12-31') as valid_to,
        history.successor_code,
        history.change_kind,
        history.legal_basis
    from codes
    left join history on codes.area_code = history.area_code

),

placed as (

    select
        versions.*,
        case
            when versions.area_level = 'DE' then null
            when versions.area_level = 'LAND' then 'DG'
            when versions.area_level = 'REGBEZ' then left(versions.area_code, 2)
            when versions.area_level = 'KREIS'
                then coalesce(regbez.area_code, left(versions.area_code, 2))
            when versions.area_level = 'CITY_IN_KREIS' then left(versions.area_code, 5)
            when versions.area_level = 'BEZIRK' then '11000'
            when versions.area_level = 'GEMEINDEVERBAND' then left(versions.area_code, 5)
            when versions.area_level = 'GEMEINDE'
                then coalesce(gemeindeverband.area_code, left(versions.area_code, 5))
        end as parent_area_code
    from versions
    left join codes as regbez
        on left(versions.area_code, 3) = regbez.area_code and versions.area_level = 'KREIS'
    left join codes as gemeindeverband
        on left(versions.area_code, 9) = gemeindeverband.area_code and versions.area_level = 'GEMEINDE'

)

select
    placed.area_code || '@' || strftime(placed.valid_from, '%Y-%m-%d') as area_key,
    placed.area_code,
    placed.area_level,
    placed.area_name,
    placed.parent_area_code,
    case when placed.area_level = 'DE' then null else left(placed.area_code, 2) end as land_code,
    placed.valid_from,
    placed.valid_to,
    placed.successor_code,
    placed.change_kind,
    placed.legal_basis,
    placed.area_code in (select register.area_code from register)
    or placed.area_code in (select ars_register.area_code from ars_register) as in_register,
    placed.area_code in (select geometry.area_code from geometry) as has_geometry,
    row_number() over (partition by placed.area_code order by placed.valid_to desc) = 1 as is_latest
from placed
