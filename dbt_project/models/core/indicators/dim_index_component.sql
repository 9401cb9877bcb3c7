{#- What each edition of an index is made of: those of the package and those that the office makes. -#}
select *, false as is_own
from {{ ref('index_component') }}

union all by name

select *, true as is_own
from {{ source('catalog', 'index_components') }}
