{#-
  A member of a ring, the area peers are sought for, or the area of a goal that is not among the areas of its time: a slip of the
  pen in rings.yml or in the list of goals, an area that was dissolved, or one nothing was delivered for. Protects against a ring or
  a goal that silently lacks somebody; whoever wrote the ring or goal fixes it.
-#}
{{ config(severity = 'warn') }}
select named.written_in, named.name, named.area_code
from (
    select 'rings.yml' as written_in, members.ring_id as name, members.area_code, members.valid_from, members.valid_to
    from {{ ref('bridge_ring_member') }} as members
    inner join {{ ref('dim_ring') }} as rings on members.ring_id = rings.ring_id and not rings.is_own
    union all
    select 'rings.yml', ring_id, peers_of, date '1900-01-01', date '9999-12-31'
    from {{ ref('dim_ring') }}
    where peers_of <> 'every' and not is_own
    union all
    select 'goals', goal_id, area_code, date '1900-01-01', date '9999-12-31' from {{ ref('dim_goal') }}
) as named
where
    not exists (
        select 1 from {{ ref('dim_area') }} as areas
        where areas.area_code = named.area_code
            and areas.valid_from < named.valid_to
            and named.valid_from < areas.valid_to
    )
