{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ config(
    parameters=['hierarchy_name', 'from_level', 'to_level', 'gebietsstand := null', 'as_of := null']
) }}
{{ counts_up('school_index') }}
