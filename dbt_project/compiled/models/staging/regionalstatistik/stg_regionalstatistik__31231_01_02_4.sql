{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '31231-01-02-4', ['building_size', 'dwelling_size']) }}
