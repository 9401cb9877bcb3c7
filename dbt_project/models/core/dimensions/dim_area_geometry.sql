with geometry as (

    select * from {{ ref('stg_bkg__vg2500_krs') }}

)

select
    area_code,
    geometry,
    crs,
    date '2022-12-31' as valid_on
from geometry
