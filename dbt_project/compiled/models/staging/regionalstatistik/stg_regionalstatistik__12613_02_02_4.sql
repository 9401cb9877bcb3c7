{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12613-02-02-4', ['age_group', 'sex', 'nationality']) }}
