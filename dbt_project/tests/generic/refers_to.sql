{#- Every key stands in its dimension. `dimensions`: column -> dimension that has a column of that name. Gives
    the column, the unknown key and how many rows have it; one test of a table, as `typed_values` is. -#}
{% test refers_to(model, dimensions) %}
{%- for column, dimension in dimensions.items() %}
select '{{ column }}' as column_name, cast(found.{{ column }} as varchar) as unknown_key, count(*) as rows_found
from {{ model }} as found
anti join {{ ref(dimension) }} as known on found.{{ column }} = known.{{ column }}
where found.{{ column }} is not null
group by all
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
