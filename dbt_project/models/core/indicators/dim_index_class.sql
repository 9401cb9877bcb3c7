{#- Classes of each edition of an index: those of the package and those that the office makes. -#}
select *, false as is_own
from {{ ref('index_class') }}

union all by name

select *, true as is_own
from {{ source('catalog', 'index_classes') }}
