{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

childcare as (

    select * from {{ ref('fct_childcare') }}
    where is_preferred

),

youth_facility as (

    select * from {{ ref('fct_youth_facility') }}
    where is_preferred

),

{{ count_mart('childcare') }}
