{#- Editions of composite indices: those of the package and those that the office makes. -#}
select *, false as is_own
from {{ ref('index_edition') }}

union all by name

select *, true as is_own
from {{ source('catalog', 'index_editions') }}
