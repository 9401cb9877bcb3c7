{#- Shares of one thing add up to the whole: 1 within 1e-9. -#}
{% test weights_sum_to_one(model, of, weights) %}
select {{ of | join(', ') }}, {% for weight in weights %}sum({{ weight }}) as {{ weight }}{{ ', ' if not loop.last }}{% endfor %}
from {{ model }}
group by {{ of | join(', ') }}
having {% for weight in weights %}abs(sum({{ weight }}) - 1) > 1e-9 {{ 'or ' if not loop.last }}{% endfor %}
{% endtest %}
