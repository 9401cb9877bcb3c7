{#-
  Raw shares (S) and two-year changes (D) of the Monitoring Soziale Stadtentwicklung, one row per edition, planning area
  and component. The publisher's z-values are computed again from them and are not carried on; the file's names for them
  are shifted by some columns. Its classes stand in stg_berlin__mss_klassen. A minus sign in place of a share is missing.
-#}
with records as (

    select * from {{ source('berlin', 'mss-planungsraeume') }}

),

snapshots as (

    select * from {{ source('catalog', 'ledger') }}
    where dataset_id = 'mss-planungsraeume' and status = 'accepted'

),

counted as (

    select
        records.*,
        coalesce(snapshots.published_at, snapshots.retrieved_at) as known_from
    from records
    inner join snapshots on records.snapshot = snapshots.snapshot_id

)

{% set components = {
    'S1': 's1_percentage_unemployed',
    'S2': 's2_percentage_long_term_unemployed',
    'S3': 's3_percentage_transfer_payments_recipients',
    'S4': 's4_percentage_transfer_payments_recipients_below_15_years',
    'D1': 'd1_percentage_unemployed',
    'D2': 'd2_percentage_long_term_unemployed',
    'D3': 'd3_percentage_transfer_payments_recipients',
    'D4': 'd4_percentage_transfer_payments_recipients_below_15_years'
} -%}
{% for component, column in components.items() -%}
select
    cast(time_text as integer) as edition_year,
    id as area_code,
    name as area_name,
    '{{ component }}' as component,
    try_cast({{ column }} as double) as value,
    cast(line as integer) as source_line,
    snapshot as snapshot_id,
    known_from
from counted
where {{ column }} is not null
{%- if not loop.last %}

union all

{% endif %}
{%- endfor %}
