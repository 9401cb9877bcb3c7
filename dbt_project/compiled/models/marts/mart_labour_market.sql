{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

unemployment as (

    select * from {{ ref('fct_unemployment') }}
    where is_preferred

),

employment as (

    select * from {{ ref('fct_employment') }}
    where is_preferred

),

{{ count_mart('labour_market') }}
