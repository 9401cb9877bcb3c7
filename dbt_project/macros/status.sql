{#- A value made of several inherits the worst status of its parts: missing, low reliability, estimated, provisional, normal. -#}
{% macro status_rank(status) -%}
    case {{ status }} when 'M' then 5 when 'U' then 4 when 'E' then 3 when 'P' then 2 else 1 end
{%- endmacro %}

{% macro worst_status(status) -%}
    arg_max({{ status }}, {{ status_rank(status) }})
{%- endmacro %}

{% macro worse_status(left, right) -%}
    case when {{ status_rank(right) }} > {{ status_rank(left) }} then {{ right }} else {{ left }} end
{%- endmacro %}

{% macro status_of_rank(rank) -%}
    case {{ rank }} when 5 then 'M' when 4 then 'U' when 3 then 'E' when 2 then 'P' else 'A' end
{%- endmacro %}
