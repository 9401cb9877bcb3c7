{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12111-04-01-4', ['age_group', 'sex']) }}
