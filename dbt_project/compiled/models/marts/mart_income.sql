{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

income as (

    select * from {{ ref('fct_income') }}
    where is_preferred

),

poverty_risk as (

    select * from {{ ref('fct_poverty_risk') }}
    where is_preferred

),

{{ count_mart('income') }}
