with measures as (

    select * from {{ source('catalog', 'measures') }}

)

select
    dataset_id,
    measure_code,
    label_de,
    label_en,
    unit,
    decimals,
    position as sort_order
from measures
