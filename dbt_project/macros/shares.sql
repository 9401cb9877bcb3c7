{#- Share of a part in a whole; where the parts sum to nothing, the share in another measure of size, at last an equal one. -#}
{% macro share(part, whole, otherwise) -%}
    case
        when sum({{ part }}) over (partition by {{ whole }}) > 0
            then {{ part }} / sum({{ part }}) over (partition by {{ whole }})
        else {{ otherwise }} / sum({{ otherwise }}) over (partition by {{ whole }})
    end
{%- endmacro %}

{#- Year-ends between which areas are converted: from the first that the BBSR publishes, to some years ahead for reforms decided. -#}
{% macro crosswalk_years() -%}
    select cast(year as integer) as year from generate_series(1990, 2030) as calendar(year)
{%- endmacro %}
