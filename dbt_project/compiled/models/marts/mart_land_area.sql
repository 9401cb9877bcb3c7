{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

area_size as (

    select * from {{ ref('fct_area_size') }}
    where is_preferred

),

{{ count_mart('land_area') }}
