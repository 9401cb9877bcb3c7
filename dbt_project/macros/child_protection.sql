{#-
  Indicators of child protection: the count that each is made of, what it is a share of (its own count where it is a rate over
  residents), the measure and its unit.
-#}
{% macro child_protection_counts() -%}
{{ return({
    'J13': ('ASSESSMENTS', 'ASSESSMENTS', 'assessments', 'Verfahren'),
    'J14': ('CONFIRMED', 'ASSESSMENTS', 'assessments', 'Verfahren'),
    'J15': ('S42', 'S42', 'takings_into_care', 'Maßnahmen'),
    'J15-42a': ('S42A', 'S42A', 'takings_into_care', 'Maßnahmen'),
    'J16': ('COURT', 'COURT', 'court_measures', 'Maßnahmen'),
}) }}
{%- endmacro %}
