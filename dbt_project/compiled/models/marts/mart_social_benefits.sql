{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

benefit_receipt as (

    select * from {{ ref('fct_benefit_receipt') }}
    where is_preferred

),

{{ count_mart('social_benefits') }}
