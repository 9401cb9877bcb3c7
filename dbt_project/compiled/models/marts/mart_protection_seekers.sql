{#- Generated from dbt_project/facts (make generate); do not edit. -#}
with areas as (

    select * from {{ ref('dim_area') }}

),

protection_seeker as (

    select * from {{ ref('fct_protection_seeker') }}
    where is_preferred

),

{{ count_mart('protection_seekers') }}
