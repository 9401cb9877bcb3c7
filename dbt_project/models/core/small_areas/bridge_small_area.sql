{#-
  Every day on which the town's division changed begins an edition. An area above the leaves can hold other leaves in
  another edition, so that its key names the edition; a leaf is the same everywhere.
-#}
with areas as (

    select * from {{ ref('stg_kommune__gebietsgliederung') }}

),

editions as (

    select distinct valid_from as edition_from from areas

),

valid as (

    select
        editions.edition_from,
        areas.area_code,
        areas.area_name,
        areas.area_level,
        areas.parent_area_code as parent_code
    from editions
    inner join areas
        on areas.valid_from <= editions.edition_from
        and editions.edition_from < areas.valid_to

),

parents as (

    select distinct edition_from, parent_code from valid where parent_code is not null

)

select
    cast(valid.edition_from as varchar) as edition,
    valid.edition_from,
    valid.area_code,
    valid.area_name,
    valid.area_level,
    case when parents.parent_code is null then valid.area_code else valid.area_code || '@' || valid.edition_from end
        as area_key,
    valid.parent_code || '@' || valid.edition_from as parent_key,
    parents.parent_code is null as is_leaf
from valid
left join parents
    on valid.edition_from = parents.edition_from
    and valid.area_code = parents.parent_code
