{#-
  Staged cells of a table that prints parts only, with their totals: a row more for each combination of dimensions of which
  one at least stands at its total. Missing where a part is; a sign that all parts carry is the total's too. The place of a
  total is that of its first part.

  relation    a CTE of `stage_cells`
  dimensions  those that the table prints no total of, whose codes neither overlap nor leave anybody out
-#}
{% macro with_totals(relation, dimensions) -%}
select * from {{ relation }}

union all by name

{{ summed_up(relation, dimensions, totals=true) }}
{%- endmacro %}

{#-
  The sums of a relation's cells: over all that share area, period, measure and the codes of `dimensions`; with `totals` over
  these too, each combination with one total at least.
-#}
{% macro summed_up(relation, dimensions, totals=false) -%}
select
    dataset_id,
    snapshot_id,
    known_from,
    min(line) as line,
    min(column_no) as column_no,
    period_key,
    reference_date,
    area_code,
    min(area_name) as area_name,
    {% for dimension in dimensions -%}
    coalesce({{ dimension }}, '_T') as {{ dimension }},
    {% endfor -%}
    measure_code,
    min(unit) as unit,
    case when count(value) = count(*) then {{ exact_sum('value') }} end as value,
    {{ status_of_rank('max(' ~ status_rank('obs_status') ~ ')') }} as obs_status,
    max(conf_status) as conf_status,
    case
        when count(value) = count(*) then 'none'
        when min(missing_reason) = max(missing_reason) then min(missing_reason)
        else 'part_missing'
    end as missing_reason,
    case when count(raw_symbol) = count(*) and min(raw_symbol) = max(raw_symbol) then min(raw_symbol) end as raw_symbol,
    max(rounding_base) as rounding_base
from {{ relation }}
group by
    dataset_id, snapshot_id, known_from, period_key, reference_date, area_code, measure_code
    {{- ',' if dimensions }}
    {{ 'cube (' if totals }}{{ dimensions | join(', ') }}{{ ')' if totals }}
{%- if totals %}
having {% for dimension in dimensions %}grouping({{ dimension }}) = 1{{ ' or ' if not loop.last }}{% endfor %}
{%- endif %}
{%- endmacro %}
