{#-
  A report (form leistungsberichte) on an agreement that is not listed: the list is older than the report, or the number is
  mistyped. Protects against work that was done and paid for and stands nowhere: the last good state stays until the office completes
the list or the number.
-#}
select
    reports.agreement_id,
    reports.report_year,
    reports.output_name,
    'leistungsberichte: die Vereinbarung ' || reports.agreement_id || ' steht nicht in der Liste der Vereinbarungen' as what_de
from {{ ref('stg_kommune__leistungsberichte') }} as reports
left join {{ ref('stg_kommune__leistungsvereinbarungen') }} as agreements on reports.agreement_id = agreements.agreement_id
where agreements.agreement_id is null
