{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22541-01-04-4', ['facility_type']) }}
