{#- Classes of each edition of an index: those of the package and those that the office makes. -#}
select
    edition_id,
    class_code,
    label_de,
    label_en,
    lower_limit,
    upper_limit,
    false as is_own
from {{ ref('index_class') }}

union all

select
    edition_id,
    class_code,
    label_de,
    label_en,
    lower_limit,
    upper_limit,
    true as is_own
from {{ source('catalog', 'index_classes') }}
