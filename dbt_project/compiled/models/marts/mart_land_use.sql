{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

land_use as (

    select * from {{ ref('fct_land_use') }}
    where is_preferred

),

{{ count_mart('land_use') }}
