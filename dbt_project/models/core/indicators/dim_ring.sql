{#- Vergleichsringe: the examples of the package and those of the office. -#}
select *, false as is_own
from {{ ref('peer_ring') }}
-- an office's ring takes the place of an example of the same name
where ring_id not in (select ring_id from {{ source('catalog', 'rings') }})

union all by name

select *, true as is_own
from {{ source('catalog', 'rings') }}
