{{ config(
    parameters=['hierarchy_name', 'from_level', 'to_level', 'gebietsstand := null', 'as_of := null']
) }}
{{ counts_up('housing') }}
