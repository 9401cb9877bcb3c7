{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

birth as (

    select * from {{ ref('fct_birth') }}
    where is_preferred

),

death as (

    select * from {{ ref('fct_death') }}
    where is_preferred

),

{{ count_mart('vital_events') }}
