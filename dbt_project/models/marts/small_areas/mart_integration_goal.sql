{#-
  Agreed goals over I07 and its variants, with the counts that the policy of integration protects; each is a share of what the same
  measure counts. Goals over I07-begun (plans per arrivals) and I07-reached stay inside the office.
-#}
{{ goals_under_policy({
    'I07': ('GUIDED_WITH_PLAN', 'GUIDED', 'guided_with_plan', 'Personen'),
    'I07-daycare': ('WITH_PLACE', 'BEFORE_SCHOOL', 'children_with_place', 'Personen'),
    'I07-school': ('AT_SCHOOL', 'SCHOOL_AGE', 'children_at_school', 'Personen'),
}, 'integration_code', 'whole_code') }}
