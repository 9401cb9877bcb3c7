{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

migration as (

    select * from {{ ref('fct_migration') }}
    where is_preferred

),

{{ count_mart('migration') }}
