{#-
  Residents of planning areas as a third party carried them on from the statistical office, half-yearly. One row per area,
  half-year and group; only groups that the office itself publishes.
-#}
{% set groups = {
    'inhabitants': ['_T', '_T', '_T'],
    'inhabitants_female': ['F', '_T', '_T'],
    'inhabitants_germans': ['_T', '_T', 'GERMAN'],
    'inhabitants_foreigners': ['_T', '_T', 'FOREIGN'],
    'inhabitants_age_below_6': ['_T', 'Y_LT6', '_T'],
    'inhabitants_age_6_15': ['_T', 'Y6T14', '_T'],
    'inhabitants_age_15_18': ['_T', 'Y15T17', '_T'],
    'inhabitants_age_18_27': ['_T', 'Y18T26', '_T'],
    'inhabitants_age_27_45': ['_T', 'Y27T44', '_T'],
    'inhabitants_age_45_55': ['_T', 'Y45T54', '_T'],
    'inhabitants_age_55_65': ['_T', 'Y55T64', '_T'],
    'inhabitants_age_above_65': ['_T', 'Y_GE65', '_T']
} -%}
with records as (

    select * from {{ source('berlin', 'lor-population-derivative') }}

),

snapshots as (

    select * from {{ source('catalog', 'ledger') }}
    where dataset_id = 'lor-population-derivative' and status = 'accepted'

),

dataset as (

    select * from {{ source('catalog', 'datasets') }}
    where dataset_id = 'lor-population-derivative'

),

counted as (

    select
        records.*,
        snapshots.snapshot_id,
        coalesce(snapshots.published_at, snapshots.retrieved_at) as known_from,
        {{ reference_date('records.time_text', 'dataset') }} as reference_date
    from records
    inner join snapshots on records.snapshot = snapshots.snapshot_id
    cross join dataset

)

{% for column, codes in groups.items() -%}
select
    'lor-population-derivative' as dataset_id,
    snapshot_id,
    known_from,
    line,
    {{ loop.index }} + 1 as column_no,
    {{ period_key('reference_date', "'stock'") }} as period_key,
    reference_date,
    id as area_code,
    cast(null as varchar) as area_name,
    '{{ codes[0] }}' as sex,
    '{{ codes[1] }}' as age_group,
    '{{ codes[2] }}' as nationality,
    'registered_persons' as measure_code,
    'Personen' as unit,
    try_cast({{ column }} as double) as value,
    case when try_cast({{ column }} as double) is null then 'M' else 'A' end as obs_status,
    'F' as conf_status,
    case when try_cast({{ column }} as double) is null then 'unknown_or_confidential' else 'none' end as missing_reason,
    case when try_cast({{ column }} as double) is null then {{ column }} end as raw_symbol,
    cast(null as integer) as rounding_base
from counted
{%- if not loop.last %}

union all

{% endif %}
{%- endfor %}
