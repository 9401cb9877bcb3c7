{#- A value made of several inherits the worst status of its parts: missing, low reliability, estimated, provisional, normal. -#}
{% macro status_rank(status) -%}
    case {{ status }} when 'M' then 5 when 'U' then 4 when 'E' then 3 when 'P' then 2 else 1 end
{%- endmacro %}

{% macro status_of_rank(rank) -%}
    case {{ rank }} when 5 then 'M' when 4 then 'U' when 3 then 'E' when 2 then 'P' else 'A' end
{%- endmacro %}

{#- An indicator made of two others (`first_operand`, `second_operand`, `indicators`): its value, and why there is none. -#}
{% macro value_of_two() -%}
    case indicators.operation
            when 'ratio' then first_operand.value / nullif(second_operand.value, 0) * indicators.multiplier
            when 'difference' then (first_operand.value - second_operand.value) * indicators.multiplier
        end
{%- endmacro %}

{% macro reason_of_two(reason) -%}
    case
            when first_operand.value is null then first_operand.{{ reason }}
            when second_operand.value is null then second_operand.{{ reason }}
            when indicators.operation = 'ratio' and second_operand.value = 0 then 'not_meaningful'
            else 'none'
        end
{%- endmacro %}
