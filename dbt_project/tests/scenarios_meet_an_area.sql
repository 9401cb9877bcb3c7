{#- An assumption about an area that is not projected would change nothing, and nobody would see it. -#}
with assumed as (

    select * from {{ source('catalog', 'scenarios') }}

),

met as (

    select distinct scenario_id, named_code from {{ ref('int_projection_assumption') }}

),

projected as (

    select count(*) as areas from {{ ref('int_projection_population') }}

)

select
    assumed.scenario_id,
    assumed.area_code,
    'town/scenarios.yml: kein vorausberechnetes Gebiet hat diesen Schlüssel' as what_de
from assumed
inner join projected on projected.areas > 0
left join met on assumed.scenario_id = met.scenario_id and assumed.area_code = met.named_code
where met.named_code is null
