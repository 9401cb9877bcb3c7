-- Every row of a fact came out of a file in the ledger. One test over all facts, since every delivery changes the ledger.
{%- for fact in indicator_facts() %}
select distinct '{{ fact.model }}' as fact, snapshot_id
from {{ ref(fact.model) }} as cells
anti join {{ ref('dim_snapshot') }} as known on cells.snapshot_id = known.snapshot_id
{{ 'union all' if not loop.last }}
{%- endfor %}
