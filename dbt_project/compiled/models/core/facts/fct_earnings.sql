{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('earnings', [], [
    {'model': 'stg_bbsr__inkar_bruttoverdienst'},
], judged_by={
    'rates': ['gross_earnings_monthly_eur'],
}) }}
