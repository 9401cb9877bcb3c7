{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}
    where area_level in {{ municipal_levels() }}

),

population as (

    select * from {{ ref('fct_population') }}
    where is_preferred

),

migration as (

    select * from {{ ref('fct_migration') }}
    where is_preferred

),

dwelling as (

    select * from {{ ref('fct_dwelling') }}
    where is_preferred

),

{{ count_mart('municipality') }}
