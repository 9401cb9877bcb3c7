{#-
  Staging of a published table: names, types, codes, periods, typed missing values.

  One output row per published cell of an accepted snapshot. `dimensions` are the dataset's dimension
  columns in landing (codes); everything else is the same for every table. Which reading of the time text
  holds (stock, flow, school year), which signs mean what and how the source rounds come from the
  declaration, by way of the catalogue tables that landing writes.

  A code that stands for an area of another code (area_aliases) is that area here; line and column say where the printed
  one is. A cell that a delivery prints under both is there once: the one with a number above zero, else the area's own.
-#}
{% macro stage_cells(publisher, dataset_id, dimensions) %}
with printed as (

    select * from {{ source(publisher, dataset_id) }}

),

aliases as (

    select * from {{ source('catalog', 'area_aliases') }}

),

said_otherwise as (

    select printed.snapshot, printed.line, printed.column_no
    from printed
    inner join (
        select table_code as printed_code, area_code from aliases
        union
        select area_code, area_code from aliases
    ) as either on printed.area_code = either.printed_code
    window
        cell as (
            partition by
                printed.snapshot,
                either.area_code,
                printed.time_text,
                {% for dimension in dimensions -%}
                printed.{{ dimension }},
                {% endfor -%}
                printed.measure
        )
    qualify
        case
            when bool_or(regexp_matches(printed.value_text, '[1-9]')) over cell
                then not regexp_matches(printed.value_text, '[1-9]')
            else either.printed_code <> either.area_code and bool_or(either.printed_code = either.area_code) over cell
        end

),

cells as (

    select printed.* replace (coalesce(aliases.area_code, printed.area_code) as area_code)
    from printed
    left join aliases on printed.area_code = aliases.table_code
    left join said_otherwise
        on printed.snapshot = said_otherwise.snapshot
        and printed.line = said_otherwise.line
        and printed.column_no = said_otherwise.column_no
    where said_otherwise.line is null

),

{{ of_catalogue(dataset_id) }},

parsed as (

    select
        cells.*,
        dataset.missing_dialect,
        {{ period_kind('dataset') }} as time_kind,
        coalesce(snapshots.published_at, snapshots.retrieved_at) as known_from,
        {{ published_number(ungrouped('trim(cells.value_text)', 'dataset')) }} as number_value,
        {{ published_mark(ungrouped('trim(cells.value_text)', 'dataset'), 'cells.quality_text') }} as mark,
        {{ reference_date('cells.time_text', 'dataset') }} as reference_date
    from cells
    inner join snapshots on cells.snapshot = snapshots.snapshot_id
    cross join dataset

)

{{ typed_cells(dataset_id, dimensions) }}
{% endmacro %}

{#- What the catalogue says of a dataset, as CTEs: accepted deliveries, how its times, signs and rounding are read. -#}
{% macro of_catalogue(dataset_id) -%}
snapshots as (

    select * from {{ source('catalog', 'ledger') }}
    where dataset_id = '{{ dataset_id }}' and status = 'accepted'

),

dataset as (

    select * from {{ source('catalog', 'datasets') }}
    where dataset_id = '{{ dataset_id }}'

),

symbols as (

    select * from {{ source('catalog', 'missing_symbols') }}

),

rounding as (

    select * from {{ source('catalog', 'rounding') }}
    where dataset_id = '{{ dataset_id }}'

)
{%- endmacro %}

{#-
  The cells of the CTE `parsed` with typed values: number or reason for none, status, sign, rounding. It has the columns of a
  landed cell, `known_from`, `reference_date`, `number_value`, `mark` and how the dataset is read.
-#}
{% macro typed_cells(dataset_id, dimensions) -%}
select
    '{{ dataset_id }}' as dataset_id,
    parsed.snapshot as snapshot_id,
    parsed.known_from,
    parsed.line,
    parsed.column_no,
    {{ period_key('parsed.reference_date', 'parsed.time_kind') }} as period_key,
    parsed.reference_date,
    parsed.area_code,
    trim(parsed.area_name) as area_name,
    {% for dimension in dimensions -%}
    parsed.{{ dimension }},
    {% endfor -%}
    parsed.measure as measure_code,
    parsed.unit,
    case when symbols.means_zero then 0 else parsed.number_value end as value,
    case when parsed.number_value is null then coalesce(symbols.obs_status, 'M') else coalesce(symbols.obs_status, 'A') end
        as obs_status,
    coalesce(symbols.conf_status, 'F') as conf_status,
    case
        when parsed.number_value is not null or symbols.means_zero then 'none'
        else coalesce(symbols.missing_reason, 'unknown_or_confidential')
    end as missing_reason,
    case
        when parsed.mark <> '' then parsed.mark
        when trim(parsed.value_text) = '0' then '0'
    end as raw_symbol,
    (
        select max(rounding.base)
        from rounding
        where
            starts_with(parsed.area_code, rounding.area_prefix)
            and parsed.reference_date >= rounding.valid_from
            and (rounding.valid_to is null or parsed.reference_date < rounding.valid_to)
    ) as rounding_base
from parsed
left join symbols
    on parsed.missing_dialect = symbols.dialect
    and parsed.mark = symbols.symbol
{%- endmacro %}
