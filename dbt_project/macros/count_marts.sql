{#- The columns that name a cell of a mart beside area, period and measure. -#}
{% macro cell_columns(mart) %}
    {%- set found = count_marts()[mart] -%}
    {{ return((['subject'] if found.facts | length > 1 else []) + found.dimensions) }}
{% endmacro %}

{#- The rows of a mart. CTEs stand before it: `areas` (dim_area) and one for each of its facts, named for the fact. -#}
{% macro count_mart(mart) %}
{%- set found = count_marts()[mart] -%}
cells as (
    {%- for fact, own in found.facts.items() %}

    select
        {% if found.facts | length > 1 -%}
        '{{ fact }}' as subject,
        {% endif -%}
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        {% for dimension in found.dimensions -%}
        {{ dimension if dimension in own else "'_T' as " ~ dimension }},
        {% endfor -%}
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base,
        dataset_id,
        snapshot_id,
        known_from
    from {{ fact }}
    where
        missing_reason <> 'area_not_existing'
        {%- if fact in found.without_gemeinden_of %}
        -- thousands, in a mart of their own
        and not (
            dataset_id in {{ listed(found.without_gemeinden_of[fact]) }}
            and area_key in (select area_key from areas where area_level in {{ municipal_levels() }})
        )
        {%- endif %}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

)

select
    {% for column in cell_columns(mart) if column == 'subject' -%}
    cells.subject,
    {% endfor -%}
    cells.area_key,
    cells.area_code,
    areas.area_level,
    areas.area_name,
    cells.is_backcast,
    cells.period_key,
    cells.reference_date,
    {% for dimension in found.dimensions -%}
    cells.{{ dimension }},
    {% endfor -%}
    cells.measure_code,
    cells.unit,
    cells.value,
    cells.obs_status,
    cells.conf_status,
    cells.missing_reason,
    cells.raw_symbol,
    cells.rounding_base,
    cells.dataset_id,
    cells.snapshot_id,
    cells.known_from
from cells
inner join areas on cells.area_key = areas.area_key
{%- endmacro %}
