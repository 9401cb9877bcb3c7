{#- Agreements with providers. The whole list is handed in again at each change, so the newest list is the list. -#}
with {{ newest_records('kommune', 'leistungsvereinbarungen') }}

select
    records.agreement_id,
    trim(records.agreement) as agreement_title,
    trim(records.provider) as provider,
    records.basis as agreement_basis_code,
    cast(strptime(records.valid_from, '%d.%m.%Y') as date) as agreed_from,
    cast(strptime(records.valid_to, '%d.%m.%Y') as date) as agreed_to,
    cast(replace(records.budget, ',', '.') as double) as budget_eur,
    cast(records.done_from as integer) as done_from_pct,
    trim(records.goals) as goal_ids,
    records.snapshot_id,
    cast(records.line as integer) as source_line
from records
