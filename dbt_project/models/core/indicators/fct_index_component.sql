{#- The z-values a composite index is made of; formulas in macros/indices.sql, editions in seeds. -#}
with editions as (

    select * from {{ ref('dim_index_edition') }}

),

components as (

    select * from {{ ref('dim_index_component') }}

),

inputs as (

    select
        'indicator' as input,
        computed.indicator_id as component,
        computed.area_code,
        computed.area_level,
        cast(year(computed.reference_date) as integer) as year,
        computed.value
    from {{ ref('fct_indicator') }} as computed
    where not computed.is_backcast and computed.value is not null

    union all

    select
        'small_area_share' as input,
        component,
        area_code,
        'SMALL_AREA' as area_level,
        edition_year as year,
        value
    from {{ ref('fct_small_area_share') }}
    where value is not null

),

leveled as (

    select
        inputs.*
    from inputs
    inner join (select distinct input, area_level from editions) as levels
        on inputs.input = levels.input and inputs.area_level = levels.area_level

),

z_values as (

    {{ index_z('editions', 'components', 'leveled') }}

)

select
    edition_id,
    index_id,
    area_code,
    year as reference_year,
    component,
    value,
    weight,
    z
from z_values
