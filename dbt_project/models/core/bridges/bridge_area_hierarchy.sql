{#-
  Which area belongs to which, at any distance: an area and each of its ancestors, while both hold. Hierarchies share
  areas: a planning area of Berlin belongs to a Bezirk by the LOR of its edition, the Bezirk to Berlin by administration.
  Upwards a path keeps the hierarchy it began in and goes on by administration.
-#}
with recursive areas as (

    select * from {{ ref('dim_area') }}

),

towns as (

    select distinct area_code, valid_from from {{ ref('stg_kommune__gebietsgliederung') }}

),

memberships as (

    select * from {{ ref('stg_kommune__gebietszuordnung') }}

),

parents as (

    select
        case
            when child.area_level in ('PLANUNGSRAUM', 'BEZIRKSREGION', 'PROGNOSERAUM')
                then case when child.valid_to = date '2021-01-01' then 'LOR_2006' else 'LOR_2021' end
            when towns.area_code is not null then 'KOMMUNE'
            else 'ADMIN'
        end as hierarchy,
        child.area_key,
        parent.area_key as parent_key,
        greatest(child.valid_from, parent.valid_from) as valid_from,
        least(child.valid_to, parent.valid_to) as valid_to
    from areas as child
    inner join areas as parent
        on child.parent_area_code = parent.area_code
        and child.valid_from < parent.valid_to
        and parent.valid_from < child.valid_to
    left join towns on child.area_code = towns.area_code and child.valid_from = towns.valid_from

    union all

    select
        memberships.hierarchy,
        child.area_key,
        parent.area_key,
        greatest(memberships.valid_from, child.valid_from),
        least(memberships.valid_to, child.valid_to)
    from memberships
    inner join areas as child
        on memberships.area_code = child.area_code
        and child.valid_from < memberships.valid_to
        and memberships.valid_from < child.valid_to
    inner join areas as parent
        on memberships.parent_area_code = parent.area_code
        and memberships.hierarchy = parent.area_level

),

walk as (

    select hierarchy, area_key, parent_key as ancestor_key, 1 as distance, valid_from, valid_to from parents

    union all

    -- upwards in the same hierarchy, and from its top on by administration
    select
        walk.hierarchy,
        walk.area_key,
        parents.parent_key,
        walk.distance + 1,
        greatest(walk.valid_from, parents.valid_from),
        least(walk.valid_to, parents.valid_to)
    from walk
    inner join parents
        on walk.ancestor_key = parents.area_key
        and walk.valid_from < parents.valid_to
        and parents.valid_from < walk.valid_to
        and parents.hierarchy in (walk.hierarchy, 'ADMIN')
    -- a cycle would never end; nothing in Germany is twelve levels deep
    where walk.distance < 12

)

select
    walk.hierarchy,
    walk.area_key,
    areas.area_code,
    areas.area_level,
    areas.valid_to as area_valid_to,
    walk.ancestor_key,
    ancestors.area_code as ancestor_code,
    ancestors.area_level as ancestor_level,
    cast(walk.distance as integer) as distance,
    walk.valid_from,
    walk.valid_to
from walk
inner join areas on walk.area_key = areas.area_key
inner join areas as ancestors on walk.ancestor_key = ancestors.area_key
