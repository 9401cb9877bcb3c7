{#- Outputs of agreements by year. The whole list is handed in again each time, so the newest list is the list. -#}
with {{ newest_records('kommune', 'leistungsberichte') }}

select
    records.agreement_id,
    cast(records.report_year as integer) as report_year,
    trim(records.output) as output_name,
    records.output_unit as output_unit_code,
    cast(replace(records.agreed, ',', '.') as double) as agreed_quantity,
    cast(replace(records.done, ',', '.') as double) as done_quantity,
    cast(records.reached as double) as persons_reached,
    cast(replace(records.spending, ',', '.') as double) as spending_eur,
    records.snapshot_id,
    cast(records.line as integer) as source_line
from records
