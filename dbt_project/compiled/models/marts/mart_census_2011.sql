{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

household as (

    select * from {{ ref('fct_household') }}
    where is_preferred

),

immigration_background as (

    select * from {{ ref('fct_immigration_background') }}
    where is_preferred

),

census_figure as (

    select * from {{ ref('fct_census_figure') }}
    where is_preferred

),

{{ count_mart('census_2011') }}
