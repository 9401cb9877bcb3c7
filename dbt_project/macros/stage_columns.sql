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

{{ of_catalogue(dataset_id) }},

aliases as (

    select * from {{ source('catalog', 'area_aliases') }}

),

dated as (

    select
        records.*,
        {{ area }} as area_of_record,
        {{ name }} as name_of_record,
        coalesce(snapshots.published_at, snapshots.retrieved_at) as known_from,
        dataset.missing_dialect,
        {{ period_kind('dataset') }} as time_kind,
        {{ reference_date(time, 'dataset') }} as reference_date
    from records
    inner join snapshots on records.snapshot = snapshots.snapshot_id
    cross join dataset

),

texts as (
    {%- for one in columns %}

    select
        snapshot,
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
        '{{ one.measure }}' as measure,
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

{{ typed_cells(dataset_id, dimensions) }}
{% endmacro %}
