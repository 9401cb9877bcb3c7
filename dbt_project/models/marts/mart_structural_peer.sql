{#- The Kreise most similar to each Kreis, by ring of structure. -#}
with peers as (

    select * from {{ ref('fct_structural_peer') }}
    where position > 0

),

rings as (

    select * from {{ ref('dim_ring') }}

),

context as (

    select ring_id, string_agg(indicator_id, ', ' order by indicator_id) as context_indicators
    from {{ ref('bridge_ring_indicator') }}
    where role = 'context'
    group by ring_id

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    peers.ring_id,
    rings.name_de as ring_name_de,
    rings.name_en as ring_name_en,
    areas.area_key,
    peers.area_code,
    areas.area_name,
    peers.peer_code,
    others.area_name as peer_name,
    peers.position,
    peers.distance as structural_distance,
    peers.reference_year,
    context.context_indicators
from peers
inner join rings on peers.ring_id = rings.ring_id
inner join context on peers.ring_id = context.ring_id
inner join areas
    on peers.area_code = areas.area_code
    and rings.peer_level = areas.area_level
    and areas.valid_from <= make_date(peers.reference_year, 12, 31)
    and make_date(peers.reference_year, 12, 31) < areas.valid_to
inner join areas as others
    on peers.peer_code = others.area_code
    and rings.peer_level = others.area_level
    and others.valid_from <= make_date(peers.reference_year, 12, 31)
    and make_date(peers.reference_year, 12, 31) < others.valid_to
