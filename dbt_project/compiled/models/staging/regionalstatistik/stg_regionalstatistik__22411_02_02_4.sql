{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22411-02-02-4', ['care_type', 'sex']) }}
