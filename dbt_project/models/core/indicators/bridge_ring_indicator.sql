{#- What rings compare, and by what peers of structure are sought. -#}
with rings as (

    select * from {{ ref('dim_ring') }}

)

select indicators.ring_id, indicators.indicator_id, indicators.role
from {{ ref('peer_ring_indicator') }} as indicators
inner join rings on indicators.ring_id = rings.ring_id and not rings.is_own

union all

select indicators.ring_id, indicators.indicator_id, indicators.role
from {{ source('catalog', 'ring_indicators') }} as indicators
inner join rings on indicators.ring_id = rings.ring_id and rings.is_own
