{#- Share of a part in a whole; where the parts sum to nothing, the share in another measure of size, at last an equal one. -#}
{% macro share(part, whole, otherwise) -%}
    {%- set over = 'partition by ' ~ whole %}
    case
        when {{ exact_sum(part, 15, over) }} > 0 then {{ part }} / {{ exact_sum(part, 15, over) }}
        else {{ otherwise }} / {{ exact_sum(otherwise, 15, over) }}
    end
{%- endmacro %}

{#- Year-ends between which areas are converted: from the first that the BBSR publishes, to some years ahead for reforms decided. -#}
{% macro crosswalk_years() -%}
    select cast(year as integer) as year from generate_series(1990, 2030) as calendar(year)
{%- endmacro %}
