{#-
  Which part of a planning area lies in which catchment, cut out of the outlines of both: a key between two divisions of the same
  ground. Weights of a planning area sum to 1; they are shares of its square metres, which stand for its people.
-#}
with parts as (

    select * from {{ ref('int_catchment_part') }}

),

areas as (

    select * from {{ ref('dim_area') }}
    where is_latest

)

select
    parts.catchment_code,
    areas.area_key,
    areas.area_code,
    parts.valid_on as outline_date,
    parts.part_m2 / sum(parts.part_m2) over (partition by areas.area_key, parts.valid_on) as weight_area,
    100 * parts.part_m2 / parts.catchment_m2 as share_of_catchment_pct,
    100 * sum(parts.part_m2) over (partition by areas.area_key, parts.valid_on) / parts.area_m2 as covered_pct
from parts
inner join areas on parts.area_code = areas.area_code and parts.area_level = areas.area_level
