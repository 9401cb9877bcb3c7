{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

care_recipient as (

    select * from {{ ref('fct_care_recipient') }}
    where is_preferred

),

care_facility as (

    select * from {{ ref('fct_care_facility') }}
    where is_preferred

),

{{ count_mart('care') }}
