{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('benefit_receipt', 'persons', ['benefit', 'setting', 'sex', 'nationality', 'age_group'], roots={'benefit': 'MINDESTSICHERUNG'}) }}
