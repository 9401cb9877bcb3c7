{#- Names and codes of the tables come by way of a list that landing keeps: a new edition of a table is no new register. -#}
with kreis_names as (

    select * from {{ ref('int_kreis_name') }}

),

table_areas as (

    -- a code that stands for an area of another code is no area of its own
    select
        coalesce(aliases.area_code, names.area_code) as area_code,
        names.area_name,
        case when aliases.area_code is null then 1 else 3 end as name_rank
    from {{ source('catalog', 'area_names') }} as names
    left join {{ source('catalog', 'area_aliases') }} as aliases on names.area_code = aliases.table_code

    union all

    select area_code, area_name, 2 as name_rank from {{ ref('stg_zensus__zensus2022_bevoelkerung') }}

),

register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

earlier_register as (

    select * from {{ ref('stg_destatis__gv100ad') }}

),

ars_register as (

    select * from {{ ref('stg_destatis__regionalschluessel_xoev') }}

),

geometry as (

    select * from {{ ref('stg_bkg__vg2500_krs') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

districts as (

    select * from {{ ref('stg_berlin__districts') }}

),

municipalities as (

    select * from {{ ref('int_municipality') }}
    where not is_registered

),

named as (

    select area_code, arg_min(area_name, name_rank) as area_name, 1 as name_rank
    from table_areas
    group by area_code

    union all

    -- every official area lies in it, whether or not a table that is loaded prints it
    select 'DG', 'Deutschland', 8
    where exists (select 1 from table_areas union all select 1 from register union all select 1 from ars_register)

    union all

    select area_code, area_name, 3 as name_rank from register

    union all

    select area_code, area_name, 4 as name_rank from earlier_register

    union all

    select area_code, area_name, 5 as name_rank from ars_register

    union all

    select area_code, area_name || ', ' || area_type as area_name, 6 as name_rank from geometry

    union all

    select identity.kreis_code, arg_min(table_areas.area_name, table_areas.name_rank), 2 as name_rank
    from table_areas
    inner join identity on table_areas.area_code = identity.table_code
    group by identity.kreis_code

    union all

    -- Kreise that ended before any table or register at hand
    select area_code, area_name, 7 from kreis_names where is_newest

    union all

    -- Gemeinden that ended before any register
    select municipal_key, area_name, 9 from municipalities

    union all

    -- Bezirke of Berlin where no table prints them
    select area_code, area_name, 10 from districts

)

select
    area_code,
    -- the office prints two blanks in some names
    arg_min(regexp_replace(area_name, ' +', ' ', 'g'), name_rank) as area_name,
    case
        when area_code = 'DG' then 'DE'
        when length(area_code) = 2 then 'LAND'
        when length(area_code) = 3 then 'REGBEZ'
        when length(area_code) = 5 then 'KREIS'
        when length(area_code) = 8 and starts_with(area_code, '11') then 'BEZIRK'
        when length(area_code) = 8 and min(name_rank) = 9 then 'GEMEINDE'
        when length(area_code) = 8 then 'CITY_IN_KREIS'
        when length(area_code) = 9 then 'GEMEINDEVERBAND'
        -- quarters of the city states have a Kreis part of their own, or that of their town
        when length(area_code) = 12 and starts_with(area_code, '02') and area_code <> '020000000000' then 'ORTSTEIL'
        when length(area_code) = 12 and starts_with(area_code, '04011') and area_code <> '040110000000' then 'ORTSTEIL'
        when length(area_code) = 12 then 'GEMEINDE'
    end as code_level
from named
group by area_code
