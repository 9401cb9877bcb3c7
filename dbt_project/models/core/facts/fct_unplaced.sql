{#-
  Rows of published tables under an area that nothing names: no figure is made of them (macros/fact_versions.sql). A code that
  is mistyped, or an area of which no register, outline or table by Kreis has landed.
-#}
with areas as (

    select * from {{ ref('dim_area') }}

),

published as (

    select * from {{ ref('stg_published_area') }}

),

codes as (

    select * from {{ ref('int_municipality_code') }}

)

select
    published.dataset_id,
    published.snapshot_id,
    published.area_code,
    any_value(published.area_name) as area_name,
    cast(min(published.line) as integer) as source_line,
    cast(sum(published.cells) as bigint) as cells
from published
anti join areas on published.area_code = areas.area_code
anti join codes on published.area_code = codes.printed_code and published.reference_date = codes.reference_date
group by published.dataset_id, published.snapshot_id, published.area_code
