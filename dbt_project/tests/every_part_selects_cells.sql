{#-
  A part that selects no cell although its fact holds the measure and each of the codes: the table never crosses them.
  (A code that the fact does not hold at all belongs to a table that was not delivered.) Protects against an indicator that silently has no values; the author of the specification fixes it.
-#}
-- depends_on: {{ ref('mart_indicator') }}  -- a warning: no model waits for it
{{ config(severity = 'warn') }}
{%- for fact in indicator_facts() %}
select
    parts.indicator_id,
    parts.role,
    parts.part_no,
    parts.fact
from {{ ref('indicator_part') }} as parts
where
    parts.fact = '{{ fact.name }}'
    and exists (select 1 from {{ ref(fact.model) }} as held where held.measure_code = parts.measure_code)
    {%- for dimension in fact.dimensions %}
    and parts.{{ dimension }}_code in (select held.{{ dimension }}_code from {{ ref(fact.model) }} as held)
    {%- endfor %}
    and not exists (
        select 1
        from {{ ref(fact.model) }} as cells
        where
            cells.measure_code = parts.measure_code
            {%- for dimension in fact.dimensions %}
            and cells.{{ dimension }}_code = parts.{{ dimension }}_code
            {%- endfor %}
    )
{%- if not loop.last %}

union all
{%- endif %}
{%- endfor %}
