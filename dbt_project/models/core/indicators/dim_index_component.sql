{#- What each edition of an index is made of: those of the package and those that the office makes. -#}
select
    edition_id,
    component,
    label_de,
    label_en,
    sign,
    weight,
    reference_mean,
    reference_sd,
    false as is_own
from {{ ref('index_component') }}

union all

select
    edition_id,
    component,
    label_de,
    label_en,
    sign,
    weight,
    reference_mean,
    reference_sd,
    true as is_own
from {{ source('catalog', 'index_components') }}
