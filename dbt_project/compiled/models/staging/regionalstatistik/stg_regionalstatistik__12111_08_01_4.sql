{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12111-08-01-4', ['length_of_stay', 'sex', 'nationality']) }}
