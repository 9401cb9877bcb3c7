{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

school_enrolment as (

    select * from {{ ref('fct_school_enrolment') }}
    where is_preferred

),

school_leaver as (

    select * from {{ ref('fct_school_leaver') }}
    where is_preferred

),

{{ count_mart('education') }}
