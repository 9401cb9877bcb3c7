{#-
  Which area belongs to which, at any distance: an area and each of its ancestors, while both hold. Hierarchies share
  areas: a planning area of Berlin belongs to a Bezirk by the LOR of its edition, the Bezirk to Berlin by administration.
-#}
with recursive areas as (

    select * from {{ ref('dim_area') }}

),

parents as (

    select
        case
            when child.area_level in ('PLANUNGSRAUM', 'BEZIRKSREGION', 'PROGNOSERAUM')
                then case when child.valid_to = date '2021-01-01' then 'LOR_2006' else 'LOR_2021' end
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
