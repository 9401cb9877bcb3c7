with breaks as (

    select * from {{ source('catalog', 'breaks') }}

)

select
    break_id,
    statistic_prefix,
    area_prefix,
    effective_date,
    kind,
    what_de,
    what_en,
    source
from breaks
