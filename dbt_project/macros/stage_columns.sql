{#-
  Staging of a register whose records carry figures (shape `records`): a row for each record and column named here, with the
  columns of `stage_cells`. Times, signs and rounding come from the declaration.

  dimensions  the dimension columns of the result
  columns     what the columns of the register hold: `column`, `at` (its place in the file, from 1), `measure`, `unit`, and
              `codes` (dimension -> code; without it the total)
  area        SQL over a record for the code of its area
  name        SQL over a record for its name
  time        SQL over a record for its printed time; a null where the declaration has a fixed day
  relation    a CTE of records in place of the landed table; it has `snapshot`
-#}
{% macro stage_columns(publisher, dataset_id, dimensions, columns, area='records.area_code', name='records.area_name', time='records.time_text', relation=none) %}
with records as (

    select * from {{ relation or source(publisher, dataset_id) }}

),

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

),

aliases as (

    select * from {{ source('catalog', 'area_aliases') }}

),

dated as (

    select
        records.*,
        {{ area }} as area_of_record,
        {{ name }} as name_of_record,
        snapshots.snapshot_id,
        coalesce(snapshots.published_at, snapshots.retrieved_at) as known_from,
        dataset.missing_dialect,
        dataset.time_kind,
        {{ reference_date(time, 'dataset') }} as reference_date
    from records
    inner join snapshots on records.snapshot = snapshots.snapshot_id
    cross join dataset

),

texts as (
    {%- for one in columns %}

    select
        snapshot_id,
        known_from,
        line,
        {{ one.at }} as column_no,
        missing_dialect,
        time_kind,
        reference_date,
        coalesce(aliases.area_code, area_of_record) as area_code,
        name_of_record as area_name,
        {% for dimension in dimensions -%}
        '{{ one.get('codes', {}).get(dimension, '_T') }}' as {{ dimension }},
        {% endfor -%}
        '{{ one.measure }}' as measure_code,
        '{{ one.unit }}' as unit,
        trim({{ one.column }}) as value_text
    from dated
    left join aliases on dated.area_of_record = aliases.table_code
    where {{ one.column }} is not null and area_of_record is not null
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

parsed as (

    select
        *,
        {{ published_number('value_text') }} as number_value,
        {{ published_mark('value_text', 'cast(null as varchar)') }} as mark
    from texts

)

select
    '{{ dataset_id }}' as dataset_id,
    parsed.snapshot_id,
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
    parsed.measure_code,
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
        when parsed.value_text = '0' then '0'
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
{% endmacro %}
