{#-
  A member of a ring, the area peers are sought for, or the area of a goal that is not among the areas: a slip of the pen
  in rings.yml or in the list of goals, or an area nothing was delivered for. Protects against a ring or a goal that silently lacks
  somebody; whoever wrote the ring or goal fixes it.
-#}
{{ config(severity = 'warn') }}
select named.written_in, named.name, named.area_code
from (
    select 'rings.yml' as written_in, ring_id as name, area_code from {{ ref('peer_ring_member') }}
    union all
    select 'rings.yml', ring_id, peers_of from {{ ref('peer_ring') }} where peers_of is not null
    union all
    select 'goals', goal_id, area_code from {{ ref('dim_goal') }}
) as named
where not exists (select 1 from {{ ref('dim_area') }} as areas where areas.area_code = named.area_code)
