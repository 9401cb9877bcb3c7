{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

population as (

    select * from {{ ref('fct_population') }}
    where is_preferred

),

{{ count_mart('population') }}
