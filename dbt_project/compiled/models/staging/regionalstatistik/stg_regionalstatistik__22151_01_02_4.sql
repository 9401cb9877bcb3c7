{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22151-01-02-4', ['sex', 'setting', 'age_group', 'nationality']) }}
