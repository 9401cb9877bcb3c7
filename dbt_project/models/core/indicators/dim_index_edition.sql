{#- Editions of composite indices: those of the package and those that the office makes. -#}
select
    edition_id,
    index_id,
    name_de,
    name_en,
    input,
    area_level,
    only_year,
    combine,
    standardise,
    score_sd,
    note_de,
    note_en,
    false as is_own
from {{ ref('index_edition') }}

union all

select
    edition_id,
    index_id,
    name_de,
    name_en,
    input,
    area_level,
    only_year,
    combine,
    standardise,
    score_sd,
    note_de,
    note_en,
    true as is_own
from {{ source('catalog', 'index_editions') }}
