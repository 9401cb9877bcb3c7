{#-
  The body every fact shares: versions of each cell, its area version, and the row that is preferred where
  several tables publish the same cell.

  relation    a CTE with staged columns, the dimensions below and `source_rank` (1 = preferred producer)
  dimensions  the dimension columns that, with area, period and measure, name a cell

  A cell is a new version only when value or status differs from the version before; `known_to` is NULL for
  the version that holds now. A `-` of an area that does not exist at that date is no zero: the value is
  missing with reason `area_not_existing`.
-#}
{% macro fact_versions(relation, dimensions, fact) %}
{%- set cell = ['dataset_id', 'area_code', 'period_key', 'measure_code'] + dimensions %}
located as (

    select
        {{ relation }}.*,
        valid_area.area_key is not null as area_is_valid,
        coalesce(valid_area.area_key, any_area.area_key) as area_key
    from {{ relation }}
    left join areas as valid_area
        on {{ relation }}.area_code = valid_area.area_code
        and {{ relation }}.reference_date >= valid_area.valid_from
        and {{ relation }}.reference_date < valid_area.valid_to
    left join areas as any_area
        on {{ relation }}.area_code = any_area.area_code
        and any_area.is_latest

),

typed as (

    select
        * exclude (value, obs_status, missing_reason),
        case when not area_is_valid and raw_symbol is not null then null else value end as value,
        case when not area_is_valid and raw_symbol is not null then 'M' else obs_status end as obs_status,
        case when not area_is_valid and raw_symbol is not null then 'area_not_existing' else missing_reason end
            as missing_reason
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
        lag(state) over (
            partition by {{ cell | join(', ') }} order by known_from, snapshot_id
        ) as state_before
    from stated

),

versions as (

    select
        * exclude (state_before),
        lead(known_from) over (
            partition by {{ cell | join(', ') }} order by known_from, snapshot_id
        ) as known_to
    from compared
    where state_before is distinct from state

),

ranked as (

    select
        *,
        known_to is null
        and row_number() over (
            partition by area_code, period_key, measure_code{% for d in dimensions %}, {{ d }}{% endfor %}, known_to is null
            order by source_rank, dataset_id
        ) = 1 as is_preferred
    from versions

)

select
    {{ surrogate_key(cell + ['known_from']) }} as {{ fact }}_key,
    area_key,
    area_code,
    area_is_valid,
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
    cast(line as integer) as source_line,
    cast(column_no as integer) as source_column,
    known_from,
    known_to,
    is_preferred
from ranked
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
