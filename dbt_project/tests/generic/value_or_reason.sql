{#- A row has a value or says why it has none; never both, never neither. -#}
{% test value_or_reason(model) %}
select *
from {{ model }}
where (value is null) <> (missing_reason <> 'none')
{% endtest %}
