{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12612-02-01-4', ['mother_age', 'sex', 'nationality']) }}
