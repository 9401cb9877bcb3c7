{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

dwelling as (

    select * from {{ ref('fct_dwelling') }}
    where is_preferred

),

{{ count_mart('housing') }}
