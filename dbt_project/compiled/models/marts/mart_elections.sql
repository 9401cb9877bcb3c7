{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

election as (

    select * from {{ ref('fct_election') }}
    where is_preferred

),

{{ count_mart('elections') }}
