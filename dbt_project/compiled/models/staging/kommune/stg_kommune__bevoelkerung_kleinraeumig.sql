{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'bevoelkerung-kleinraeumig', ['age_group', 'sex', 'nationality']) }}
