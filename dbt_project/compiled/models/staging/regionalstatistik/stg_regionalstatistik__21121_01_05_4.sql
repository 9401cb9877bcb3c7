{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '21121-01-05-4', ['vocational_school_type', 'sex', 'nationality']) }}
