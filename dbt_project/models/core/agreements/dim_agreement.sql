{#- The town's agreements with providers. -#}
select
    agreement_id,
    agreement_title,
    provider,
    agreement_basis_code,
    agreed_from,
    agreed_to,
    budget_eur,
    done_from_pct,
    goal_ids,
    snapshot_id,
    source_line
from {{ ref('stg_kommune__leistungsvereinbarungen') }}
