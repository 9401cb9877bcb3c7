{#-
  A fact over published tables: the whole model. A cell of a table that has no number for a dimension stands at its total.

  fact        name of the fact without `fct_`
  dimensions  the dimensions that, with area, period and measure, name a cell
  tables      in the order in which they are preferred where several print the same cell. Each has `model` (staging),
              perhaps `fixed` (dimension -> the code all of it stands at), `has` (the other dimensions that are columns
              there; all without it) and `measure` (only that one)
-#}
{% macro versioned_fact(fact, dimensions, tables) %}
with published as (
    {%- for table in tables %}

    select
        {{ staged_columns() }},
        {% for dimension in dimensions -%}
        {% if dimension in table.get('fixed', {}) -%}
        '{{ table.fixed[dimension] }}' as {{ dimension }},
        {% elif dimension in table.get('has', dimensions) -%}
        {{ dimension }},
        {% else -%}
        '_T' as {{ dimension }},
        {% endif -%}
        {% endfor -%}
        {{ loop.index }} as source_rank
    from {{ ref(table.model) }}
    {%- if 'measure' in table %}
    where measure_code = '{{ table.measure }}'
    {%- endif %}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

{{ with_kreis_rows('published') }},

{{ fact_versions('cells', dimensions, fact) }}
{% endmacro %}

{#-
  The body every fact shares: the territory a cell stands on, versions of each cell, and the row that is preferred
  where several tables publish the same cell. CTEs `areas` (dim_area) and `history` (catalogue) stand before it.

  relation    a CTE with staged columns, the dimensions below and `source_rank` (1 = preferred producer)
  dimensions  the dimension columns that, with area, period and measure, name a cell

  Territory. An annual figure stands on the territory of the middle of its year, a stock on that of its day. Around a
  reform the offices differ from table to table: they print `-` for the code they do not report under, and some carry a
  new code back in time beside the old one. So a code that a reform touched, or of a whole Land or Regierungsbezirk,
  for which a table prints no number at all in a period is not reported: its `-` is missing (`area_not_existing`, or
  `not_delivered` where the area did exist), never zero; nor is it where the table has numbers under the codes the territory came from or went to. A number under
  a code that did not hold at the time is kept; it is `is_backcast` when the same people stand in the table under the
  codes that did.

  Columns. A column in which a delivery prints `-` for every area of a period is not filled for that period: missing
  (`not_delivered`), never zero.

  Contradicted signs. A `-` for a total while one of its parts is a number above zero, or for a rate while the same area
  is counted above zero, says that the office gives no figure: missing (`unknown_or_confidential`), never zero.

  Corrections. A row of seeds/corrections.csv replaces the number it expects, from `known_from` on, as a version of its
  own; where the source no longer prints the expected number the test `corrections_still_apply` fails.

  Versions. A cell is a new version only when value or status differs from the version before; `last_snapshot_id` is the
  newest delivery that prints the same. `known_to` is NULL for the version that holds now. Order is by the publisher's time stamp, so a delivery that comes late takes its place
  between the others. A version is preferred from `known_from` to `preferred_to`: until it is replaced, or until a table
  that comes first prints the same cell. So "as known at t" is one condition, `known_from <= t < preferred_to`.
-#}
{% macro fact_versions(relation, dimensions, fact) %}
{%- set cell = ['dataset_id', 'area_code', 'period_key', 'measure_code'] + dimensions %}
corrections as (

    select * from {{ ref('corrections') }} where fact = '{{ fact }}'

),

met as (

    select
        {{ relation }}.*,
        corrections.correction_id,
        corrections.corrected_value,
        corrections.corrected_reason,
        corrections.known_from as corrected_from,
        row_number() over (
            partition by corrections.correction_id, {{ relation }}.known_from < corrections.known_from
            order by {{ relation }}.known_from desc, {{ relation }}.snapshot_id desc
        ) = 1 as is_last_met
    from {{ relation }}
    left join corrections
        on {{ relation }}.dataset_id = corrections.dataset_id
        and {{ relation }}.area_code = corrections.area_code
        and {{ relation }}.period_key = corrections.period_key
        and {{ relation }}.measure_code = corrections.measure_code
        {%- for dimension in dimensions %}
        and {{ relation }}.{{ dimension }} = coalesce(corrections.{{ dimension }}_code, '_T')
        {%- endfor %}
        and {{ relation }}.value is not distinct from corrections.expected_value
        and {{ relation }}.raw_symbol is not distinct from corrections.expected_symbol

),

{#- a delivery made after the correction is corrected in place; the last one before it gets a version of its own #}
stands as (

    select
        * exclude (correction_id, corrected_value, corrected_reason, corrected_from, is_last_met)
        replace (
            case when known_from >= corrected_from then corrected_value else value end as value,
            case
                when known_from >= corrected_from and corrected_value is null then 'M'
                when known_from >= corrected_from then 'A'
                else obs_status
            end as obs_status,
            case when known_from >= corrected_from then corrected_reason else missing_reason end as missing_reason
        ),
        case when known_from >= corrected_from then correction_id end as correction_id
    from met

    union all

    select
        * exclude (correction_id, corrected_value, corrected_reason, corrected_from, is_last_met)
        replace (
            corrected_from as known_from,
            corrected_value as value,
            case when corrected_value is null then 'M' else 'A' end as obs_status,
            corrected_reason as missing_reason
        ),
        correction_id
    from met
    where correction_id is not null and known_from < corrected_from and is_last_met

),

reporting as (

    select
        dataset_id,
        snapshot_id,
        period_key,
        area_code,
        bool_or(value is not null and raw_symbol is distinct from '-') as is_reported,
        bool_or(value > 0) as is_counted
    from stands
    group by dataset_id, snapshot_id, period_key, area_code

),

filled_columns as (

    select
        dataset_id,
        snapshot_id,
        period_key,
        measure_code,
        {% for dimension in dimensions -%}
        {{ dimension }},
        {% endfor -%}
        bool_or(raw_symbol is distinct from '-') as is_filled
    from stands
    group by all

),

-- a code and the codes its territory came from or went to
links as (

    select area_code, successor_code as other_code from history where successor_code is not null
    union
    select successor_code, area_code from history where successor_code is not null

),

overlapping as (

    select distinct
        reporting.dataset_id,
        reporting.snapshot_id,
        reporting.period_key,
        links.area_code
    from links
    inner join reporting on links.other_code = reporting.area_code and reporting.is_reported

),

touched_codes as (

    select distinct area_code from history

),

located as (

    select
        stands.*,
        reporting.is_reported,
        valid_area.area_key is not null as area_is_valid,
        valid_area.area_key is null
        and reporting.is_reported
        and overlapping.area_code is not null as is_backcast,
        coalesce(stands.raw_symbol = '-' and not filled_columns.is_filled, false) as is_unfilled,
        coalesce(
            stands.raw_symbol = '-'
            and reporting.is_counted
            and (
                stands.measure_code like '%\_pct' escape '\'
                or ({% for dimension in dimensions %}stands.{{ dimension }} in ('_T', 'MINDESTSICHERUNG') and {% endfor %}true)
            ),
            false
        ) as is_contradicted,
        (
            not reporting.is_reported
            and (
                valid_area.area_key is null
                or touched_codes.area_code is not null
                or length(stands.area_code) <= 3
            )
        )
        or (stands.raw_symbol is not distinct from '-' and overlapping.area_code is not null) as is_unreported,
        coalesce(valid_area.area_key, any_area.area_key) as area_key
    from stands
    inner join reporting
        on stands.dataset_id = reporting.dataset_id
        and stands.snapshot_id = reporting.snapshot_id
        and stands.period_key = reporting.period_key
        and stands.area_code = reporting.area_code
    inner join filled_columns
        on stands.dataset_id = filled_columns.dataset_id
        and stands.snapshot_id = filled_columns.snapshot_id
        and stands.period_key = filled_columns.period_key
        and stands.measure_code = filled_columns.measure_code
        {%- for dimension in dimensions %}
        and stands.{{ dimension }} = filled_columns.{{ dimension }}
        {%- endfor %}
    left join overlapping
        on stands.dataset_id = overlapping.dataset_id
        and stands.snapshot_id = overlapping.snapshot_id
        and stands.period_key = overlapping.period_key
        and stands.area_code = overlapping.area_code
    left join touched_codes on stands.area_code = touched_codes.area_code
    left join areas as valid_area
        on stands.area_code = valid_area.area_code
        and {{ territory_date('stands.period_key', 'stands.reference_date') }} >= valid_area.valid_from
        and {{ territory_date('stands.period_key', 'stands.reference_date') }} < valid_area.valid_to
    left join areas as any_area
        on stands.area_code = any_area.area_code
        and any_area.is_latest

),

typed as (

    select
        * exclude (value, obs_status, missing_reason),
        case when not (is_unreported or is_unfilled or is_contradicted) then value end as value,
        case when is_unreported or is_unfilled or is_contradicted then 'M' else obs_status end as obs_status,
        case
            when is_unreported and not area_is_valid then 'area_not_existing'
            when is_unreported then 'not_delivered'
            when is_unfilled then 'not_delivered'
            when is_contradicted then 'unknown_or_confidential'
            else missing_reason
        end as missing_reason
    from located

),

stated as (

    select
        *,
        concat_ws('|', coalesce(cast(value as varchar), ''), obs_status, conf_status, missing_reason) as state
    from typed

),

compared as (

    select
        *,
        lag(state) over printed as state_before,
        lag(snapshot_id) over printed as snapshot_before,
        arg_max(snapshot_id, (known_from, snapshot_id)) over (partition by {{ cell | join(', ') }}) as newest_snapshot_id
    from stated
    window printed as (partition by {{ cell | join(', ') }} order by known_from, snapshot_id)

),

versions as (

    select
        * exclude (state_before, snapshot_before, newest_snapshot_id),
        lead(known_from) over printed as known_to,
        -- the delivery before the one that printed something else
        coalesce(lead(snapshot_before) over printed, newest_snapshot_id) as last_snapshot_id
    from compared
    where state_before is distinct from state
    window printed as (partition by {{ cell | join(', ') }} order by known_from, snapshot_id)

),

ranked as (

    select
        *,
        -- since when a table that comes first prints the same cell
        min(known_from) over (
            partition by area_code, period_key, measure_code{% for d in dimensions %}, {{ d }}{% endfor %}
            order by source_rank, dataset_id
            groups between unbounded preceding and 1 preceding
        ) as superseded_from
    from versions

),

dated as (

    select
        *,
        case
            when superseded_from is null then known_to
            when superseded_from <= known_from then known_from
            when known_to is null or superseded_from < known_to then superseded_from
            else known_to
        end as preferred_to
    from ranked

)

select
    {{ surrogate_key(cell + ['known_from']) }} as {{ fact }}_key,
    area_key,
    area_code,
    area_is_valid,
    is_backcast,
    period_key,
    reference_date,
    {% for dimension in dimensions -%}
    {{ dimension }} as {{ dimension }}_code,
    {% endfor -%}
    measure_code,
    unit,
    value,
    obs_status,
    conf_status,
    missing_reason,
    raw_symbol,
    cast(rounding_base as integer) as rounding_base,
    dataset_id,
    snapshot_id,
    last_snapshot_id,
    cast(correction_id as varchar) as correction_id,
    cast(line as integer) as source_line,
    cast(column_no as integer) as source_column,
    known_from,
    known_to,
    preferred_to,
    preferred_to is null as is_preferred
from dated
order by known_from, preferred_to  -- one delivery lies together: its times take no space
{% endmacro %}

{#-
  Hamburg and Berlin are Land and Kreis at once and stand in the tables under the Land's code only. So that a
  map or sum of the Kreise is whole, their cells are carried under the Kreis code too, unless the same table
  publishes that code itself.
-#}
{% macro with_kreis_rows(relation) -%}
published_codes as (

    select distinct dataset_id, area_code from {{ relation }}

),

cells as (

    select * from {{ relation }}

    union all

    select {{ relation }}.* replace (identity.kreis_code as area_code)
    from {{ relation }}
    inner join identity on {{ relation }}.area_code = identity.table_code
    left join published_codes
        on {{ relation }}.dataset_id = published_codes.dataset_id
        and identity.kreis_code = published_codes.area_code
    where published_codes.area_code is null

)
{%- endmacro %}

{#- The columns that every staged table hands on to a fact, whatever its dimensions. -#}
{% macro staged_columns() -%}
dataset_id,
        snapshot_id,
        known_from,
        line,
        column_no,
        period_key,
        reference_date,
        area_code,
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base
{%- endmacro %}
