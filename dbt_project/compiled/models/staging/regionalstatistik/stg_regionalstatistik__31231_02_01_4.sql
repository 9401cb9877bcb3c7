{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '31231-02-01-4', ['building_size', 'dwelling_size']) }}
