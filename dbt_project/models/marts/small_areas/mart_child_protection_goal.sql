{#- Agreed goals over J13 to J16, with the counts that the policy of child protection protects. -#}
{{ goals_under_policy(child_protection_counts(), 'protection_code', 'denominator_code') }}
