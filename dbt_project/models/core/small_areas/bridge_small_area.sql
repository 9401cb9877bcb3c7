{#-
  Every day on which the town's division changed begins an edition. An area can hold other leaves in another edition,
  so that its key is its code with the first edition in which it held just these leaves.
-#}
with recursive areas as (

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

),

below as (

    select
        valid.edition_from,
        valid.area_code,
        valid.area_code as at_code,
        parents.parent_code is null as is_leaf
    from valid
    left join parents on valid.edition_from = parents.edition_from and valid.area_code = parents.parent_code

    union all

    select below.edition_from, below.area_code, valid.area_code, parents.parent_code is null
    from below
    inner join valid on below.edition_from = valid.edition_from and below.at_code = valid.parent_code
    left join parents on valid.edition_from = parents.edition_from and valid.area_code = parents.parent_code

),

extents as (

    select edition_from, area_code, string_agg(at_code, ',' order by at_code) as leaf_codes
    from below
    where is_leaf
    group by edition_from, area_code

),

keys as (

    select
        edition_from,
        area_code,
        leaf_codes = area_code as is_leaf,
        area_code || '@' || min(edition_from) over (partition by area_code, leaf_codes) as area_key
    from extents

)

select
    cast(valid.edition_from as varchar) as edition,
    valid.edition_from,
    valid.area_code,
    valid.area_name,
    valid.area_level,
    keys.area_key,
    above.area_key as parent_key,
    keys.is_leaf
from valid
inner join keys on valid.edition_from = keys.edition_from and valid.area_code = keys.area_code
left join keys as above on valid.edition_from = above.edition_from and valid.parent_code = above.area_code
