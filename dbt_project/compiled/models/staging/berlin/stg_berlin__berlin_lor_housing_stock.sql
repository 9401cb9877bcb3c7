{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('berlin', 'berlin-lor-housing-stock', ['building_size', 'dwelling_size']) }}
