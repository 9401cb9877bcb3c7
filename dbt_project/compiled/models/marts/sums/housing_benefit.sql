{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('benefit_receipt', 'households', ['benefit'], roots={'benefit': 'WOHNGELD'}) }}
