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
    is_additive,
    adds_over_time,
    position as sort_order
from measures
