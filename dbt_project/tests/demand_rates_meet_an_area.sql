{#- A demand rate of an area, step or age that is not projected would change nothing, and nobody would see it. -#}
with given as (

    select * from {{ source('catalog', 'demand_rates') }}

),

met as (

    select distinct demand_id, need_step_code, branch_code, rate_area_code, age_group_code
    from {{ ref('fct_need') }}

),

projected as (

    select count(*) as areas from {{ ref('fct_projection') }}

)

select
    given.demand_id,
    given.area_code,
    given.age_group_code,
    given.step_code,
    'town/demand.yml: kein vorausberechnetes Gebiet hat diesen Schlüssel, dieses Alter und eines dieser Jahre' as what_de
from given
inner join projected on projected.areas > 0
left join met
    on given.demand_id = met.demand_id
    and given.step_code = met.need_step_code
    and given.branch_code = met.branch_code
    and given.area_code = met.rate_area_code
    and case when given.age_group_code = '_T' then met.age_group_code else given.age_group_code end = met.age_group_code
where met.demand_id is null
