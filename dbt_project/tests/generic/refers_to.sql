{#- Every key stands in its dimension. `dimensions`: column -> dimension that has a column of that name; columns that
    are a key together stand with a comma between them (`dataset_id, measure_code`). Gives the columns, the unknown key
    and how many rows have it; one test of a table, as `typed_values` is. -#}
{% test refers_to(model, dimensions) %}
{%- for key, dimension in dimensions.items() %}
{%- set columns = key.split(', ') %}
select
    '{{ key }}' as column_name,
    concat_ws(' ', {% for column in columns %}cast(found.{{ column }} as varchar){{ ', ' if not loop.last }}{% endfor %})
        as unknown_key,
    count(*) as rows_found
from {{ model }} as found
anti join {{ ref(dimension) }} as known
    on {% for column in columns %}found.{{ column }} = known.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}

where {% for column in columns %}found.{{ column }} is not null{{ ' and ' if not loop.last }}{% endfor %}

group by all
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
