{#- Vergleichsringe: the examples of the package and those of the office. -#}
select
    ring_id,
    name_de,
    name_en,
    purpose_de,
    purpose_en,
    ranking,
    minimum_members,
    peers_of,
    peer_level,
    peer_year,
    peer_number,
    false as is_own
from {{ ref('peer_ring') }}
-- an office's ring takes the place of an example of the same name
where ring_id not in (select ring_id from {{ source('catalog', 'rings') }})

union all

select
    ring_id,
    name_de,
    name_en,
    purpose_de,
    purpose_en,
    ranking,
    minimum_members,
    peers_of,
    peer_level,
    peer_year,
    peer_number,
    true as is_own
from {{ source('catalog', 'rings') }}
