{#-
  What the office's scenarios assume, for every projected area at or below the one they name. Births move by the same share
  everywhere below; persons who come to an area around are shared out by who lives in its parts.
-#}
with scenarios as (

    select * from {{ source('catalog', 'scenarios') }}

),

above as (

    select * from {{ ref('bridge_area_hierarchy') }}

),

projected as (

    select panel, area_code, base_date, sum(persons) as residents
    from {{ ref('int_projection_population') }}
    where reference_date = base_date and age_to = -1
    group by panel, area_code, base_date

),

located as (

    select panel, area_code, area_code as named_code, residents from projected

    union all

    select projected.panel, projected.area_code, above.ancestor_code as named_code, projected.residents
    from projected
    inner join above
        on projected.panel = above.area_level
        and projected.area_code = above.area_code
        and above.valid_from <= projected.base_date
        and projected.base_date < above.valid_to

),

homes as (

    select
        panel,
        area_code,
        named_code,
        residents / sum(residents) over (partition by panel, named_code) as share
    from located

)

select
    scenarios.scenario_id,
    scenarios.kind,
    scenarios.area_code as named_code,
    homes.panel,
    homes.area_code,
    scenarios.from_year,
    scenarios.to_year,
    scenarios.age_from,
    scenarios.age_to,
    scenarios.amount,
    case when scenarios.kind = 'births' then 1 else homes.share end as share
from scenarios
inner join homes on scenarios.area_code = homes.named_code
