{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

structure_figure as (

    select * from {{ ref('fct_structure_figure') }}
    where is_preferred

),

deprivation as (

    select * from {{ ref('fct_deprivation') }}
    where is_preferred

),

earnings as (

    select * from {{ ref('fct_earnings') }}
    where is_preferred

),

{{ count_mart('structure') }}
