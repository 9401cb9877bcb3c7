{#- Places of an area, step or year that no need is computed for would stand nowhere, and nobody would see it. -#}
with given as (

    select * from {{ source('catalog', 'planned_places') }}

),

areas as (

    select distinct area_key, area_code from {{ ref('fct_projection') }}

),

met as (

    select need.need_step_code, need.branch_code, areas.area_code, year(need.reference_date) as of_year
    from {{ ref('fct_need') }} as need
    inner join areas on need.area_key = areas.area_key
    where need.stock_kind = 'PLANNED'
    group by all

)

select
    given.input_id,
    given.area_code,
    given.step_code,
    given.branch_code,
    'town/places.yml: für dieses Gebiet, diese Stufe und diese Jahre ist kein Bedarf vorausberechnet' as what_de
from given
cross join (select count(*) as areas from areas) as projected
left join met
    on given.step_code = met.need_step_code
    and given.branch_code = met.branch_code
    and given.area_code = met.area_code
    and met.of_year between given.from_year and given.to_year
where met.area_code is null and projected.areas > 0
