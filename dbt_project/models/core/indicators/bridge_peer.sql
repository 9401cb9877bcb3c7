{#- Who belongs to which ring: members chosen by hand, and the area that peers are sought for with its peers by structure. -#}
with rings as (

    select * from {{ ref('dim_ring') }}

),

members as (

    select * from {{ ref('bridge_ring_member') }}

),

peers as (

    select * from {{ ref('fct_structural_peer') }}

)

select
    ring_id,
    area_code,
    'hand' as chosen_by,
    cast(null as double) as distance,
    valid_from,
    valid_to
from members

union all

select
    peers.ring_id,
    peers.peer_code,
    'structure' as chosen_by,
    peers.distance,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to
from peers
inner join rings on peers.ring_id = rings.ring_id and peers.area_code = rings.peers_of
