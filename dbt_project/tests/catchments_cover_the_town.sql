{#-
  Catchments divide a whole town: each of its planning areas lies in catchments, but for 2 % that two drawings of one border differ
  by. What is covered by none would lose its children. The list of catchments is named with the area; whoever keeps it completes it.
-#}
with catchments as (

    select * from {{ ref('dim_catchment') }}

),

towns as (

    select distinct dataset_id, covers_code from catchments

),

areas as (

    select areas.area_key, areas.area_code, areas.area_name, towns.dataset_id
    from {{ ref('dim_area') }} as areas
    inner join {{ ref('bridge_area_hierarchy') }} as above on areas.area_key = above.area_key
    inner join towns on above.ancestor_code = towns.covers_code
    where
        areas.is_latest
        and areas.area_level = 'PLANUNGSRAUM'
        and areas.valid_to > current_date
    group by all

),

covered as (

    select area_key, max(covered_pct) as covered_pct from {{ ref('bridge_catchment_area') }} group by area_key

)

select
    areas.dataset_id,
    areas.area_code as named,
    areas.dataset_id || ': das Gebiet ' || areas.area_code || ' ' || areas.area_name || ' liegt nur zu '
    || cast(round(coalesce(covered.covered_pct, 0)) as integer) || ' % in einem Einzugsbereich' as what_de
from areas
left join covered on areas.area_key = covered.area_key
where coalesce(covered.covered_pct, 0) < 98
