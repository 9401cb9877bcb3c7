{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

vocational_pupil as (

    select * from {{ ref('fct_vocational_pupil') }}
    where is_preferred

),

vocational_leaver as (

    select * from {{ ref('fct_vocational_leaver') }}
    where is_preferred

),

{{ count_mart('vocational_schools') }}
