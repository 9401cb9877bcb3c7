{#- A demand rate of an area or age that is not projected would change nothing, and nobody would see it. -#}
with given as (

    select * from {{ source('catalog', 'demand_rates') }}

),

needs as (

    select demand_id, rate_area_code, age_group_code from {{ ref('mart_need_childcare') }}
    group by demand_id, rate_area_code, age_group_code

),

projected as (

    select count(*) as areas from {{ ref('fct_projection') }}

)

select
    given.demand_id,
    given.area_code,
    given.age_group_code,
    'town/demand.yml: kein vorausberechnetes Gebiet hat diesen Schlüssel, dieses Alter und eines dieser Jahre' as what_de
from given
inner join projected on projected.areas > 0
left join needs
    on given.demand_id = needs.demand_id
    and given.area_code = needs.rate_area_code
    and given.age_group_code = needs.age_group_code
where needs.demand_id is null
