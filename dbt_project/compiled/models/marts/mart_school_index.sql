{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

school_social_index as (

    select * from {{ ref('fct_school_social_index') }}
    where is_preferred

),

{{ count_mart('school_index') }}
