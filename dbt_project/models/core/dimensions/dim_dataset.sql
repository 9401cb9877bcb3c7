with datasets as (

    select * from {{ source('catalog', 'datasets') }}

)

select
    dataset_id,
    publisher,
    table_code,
    title_de,
    title_en,
    each_row_is,
    publisher_name,
    licence,
    licence_name,
    licence_url,
    attribution,
    legal_basis,
    holds_personal_data,
    cadence,
    window_from,
    window_to,
    years_later,
    successors,
    time_kind,
    provenance
from datasets
