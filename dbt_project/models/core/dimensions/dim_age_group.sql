with codes as (

    select * from {{ source('catalog', 'code_lists') }}
    where code_list = 'age_group'

)

select
    code as age_group_code,
    label_de,
    label_en,
    {{ age_from('code') }} as age_from,
    {{ age_to('code') }} as age_to,
    cast(position as integer) as sort_order
from codes
