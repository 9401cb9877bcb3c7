{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ config(parameters=['gebietsstand := null', 'as_of := null']) }}
{{ counts_on('land_use') }}
