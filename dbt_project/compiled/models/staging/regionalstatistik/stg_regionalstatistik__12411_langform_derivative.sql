{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12411-langform-derivative', ['age_group', 'sex']) }}
