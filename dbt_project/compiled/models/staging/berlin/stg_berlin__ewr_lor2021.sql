{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('berlin', 'ewr-lor2021', ['sex', 'age_group']) }}
