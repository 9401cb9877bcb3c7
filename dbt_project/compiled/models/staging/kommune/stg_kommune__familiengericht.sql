{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'familiengericht', ['court_measure', 'age_group', 'sex']) }}
