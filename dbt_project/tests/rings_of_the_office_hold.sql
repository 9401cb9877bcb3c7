{#-
  What an office's ring names has to be there: a member in the whole time of its membership, from 1990 or its `since` until today or
  its `until`; the Kreis that peers are sought for; an indicator that is computed. A ring that silently lacks somebody compares
  wrongly.
-#}
with rings as (

    select * from {{ ref('dim_ring') }}
    where is_own

),

areas as (

    select * from {{ ref('dim_area') }}

),

members as (

    select
        members.ring_id,
        members.area_code,
        members.valid_from,
        least(members.valid_to, current_date) as valid_to
    from {{ ref('bridge_ring_member') }} as members
    inner join rings on members.ring_id = rings.ring_id

)

select
    members.ring_id,
    members.area_code as named,
    'town/rings.yml: ' || members.ring_id || '.members: das Gebiet '
    || case
        when count(areas.area_code) = 0 then 'gibt es nicht'
        when members.valid_from > date '1990-01-01' and min(areas.valid_from) > members.valid_from
            then 'gibt es erst seit ' || strftime(min(areas.valid_from), '%d.%m.%Y') || ': since ändern'
        else 'gibt es nur bis ' || strftime(max(areas.valid_to), '%d.%m.%Y') || ': until angeben'
    end as what_de
from members
left join areas on members.area_code = areas.area_code
group by members.ring_id, members.area_code, members.valid_from, members.valid_to
having
    count(areas.area_code) = 0
    or (members.valid_from > date '1990-01-01' and min(areas.valid_from) > members.valid_from)
    or max(areas.valid_to) < members.valid_to

union all

select
    rings.ring_id,
    rings.peers_of,
    'town/rings.yml: ' || rings.ring_id || '.peers.of: diesen Kreis gibt es heute nicht'
from rings
left join areas
    on rings.peers_of = areas.area_code and rings.peer_level = areas.area_level and areas.is_latest
where rings.peers_of is not null and rings.peers_of <> 'every' and areas.area_code is null

union all

select
    named.ring_id,
    named.indicator_id,
    'town/rings.yml: ' || named.ring_id || ': die Kennzahl ' || named.indicator_id || ' gibt es nicht'
from {{ ref('bridge_ring_indicator') }} as named
inner join rings on named.ring_id = rings.ring_id
left join {{ ref('indicator') }} as indicators on named.indicator_id = indicators.indicator_id
where indicators.indicator_id is null
