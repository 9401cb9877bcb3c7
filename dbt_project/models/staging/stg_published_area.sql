{#-
  The areas that tables of facts print: one row per delivery and code, with the first line. Tables with Gemeinden, whose codes
  mean what they mean on a day, have a row per day, without the zeros of areas that are not there.
-#}
with accepted as (

    select dataset_id, snapshot_id from {{ source('catalog', 'ledger') }} where status = 'accepted'

),

datasets as (

    select * from {{ source('catalog', 'datasets') }}

),

aliases as (

    select * from {{ source('catalog', 'area_aliases') }}

),

printed as (
    {%- for id, table in tables_of_facts().items() %}

    select
        '{{ id }}' as dataset_id,
        {{ 'snapshot_id' if table.staged_in else 'snapshot' }} as snapshot_id,
        area_code,
        any_value(area_name) as area_name,
        {{ 'time_text' if table.gemeinden and not table.staged_in else 'cast(null as varchar)' }} as time_text,
        {{ 'reference_date' if table.gemeinden and table.staged_in else 'cast(null as date)' }} as reference_date,
        min(line) as line,
        count(*) as cells
    from {% if table.staged_in %}{{ ref(table.staged_in) }}{% else %}{{ source(table.publisher, id) }}{% endif %}
    {%- if table.gemeinden %}
    where {{ 'value is distinct from 0' if table.staged_in else "trim(value_text) not in ('0', '-')" }}
    {%- endif %}
    group by all
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

)

select
    printed.dataset_id,
    printed.snapshot_id,
    coalesce(aliases.area_code, printed.area_code) as area_code,
    trim(printed.area_name) as area_name,
    case
        when printed.time_text is null then printed.reference_date
        else {{ reference_date('printed.time_text', 'datasets') }}
    end as reference_date,
    printed.line,
    printed.cells
from printed
inner join accepted on printed.dataset_id = accepted.dataset_id and printed.snapshot_id = accepted.snapshot_id
inner join datasets on printed.dataset_id = datasets.dataset_id
left join aliases on printed.area_code = aliases.table_code
