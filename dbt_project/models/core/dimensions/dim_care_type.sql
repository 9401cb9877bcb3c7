with codes as (

    select * from {{ source('catalog', 'code_lists') }}
    where code_list = 'care_type'

)

select
    code as care_type_code,
    label_de,
    label_en,
    cast(position as integer) as sort_order
from codes
