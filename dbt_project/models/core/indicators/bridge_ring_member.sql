{#- Members of rings chosen by hand, with validity. -#}
with rings as (

    select * from {{ ref('dim_ring') }}

)

select members.ring_id, members.area_code, members.valid_from, members.valid_to
from {{ ref('peer_ring_member') }} as members
inner join rings on members.ring_id = rings.ring_id and not rings.is_own

union all

select members.ring_id, members.area_code, members.valid_from, members.valid_to
from {{ source('catalog', 'ring_members') }} as members
inner join rings on members.ring_id = rings.ring_id and rings.is_own
