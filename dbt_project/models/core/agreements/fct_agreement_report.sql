{#-
  Confidential: how many were reached leaves only through disclosure control. An agreement that nobody reported on has one
  row without an output.
-#}
with agreements as (

    select * from {{ ref('stg_kommune__leistungsvereinbarungen') }}

),

reports as (

    select * from {{ ref('stg_kommune__leistungsberichte') }}

)

select
    'leistungsberichte' as dataset_id,
    reports.agreement_id,
    reports.report_year,
    reports.output_name,
    reports.output_unit_code,
    reports.agreed_quantity,
    reports.done_quantity,
    reports.persons_reached,
    reports.spending_eur,
    reports.snapshot_id,
    reports.source_line
from reports
inner join agreements on reports.agreement_id = agreements.agreement_id

union all

select
    'leistungsberichte' as dataset_id,
    agreements.agreement_id,
    cast(year(agreements.agreed_from) as integer) as report_year,
    '' as output_name,
    null as output_unit_code,
    null as agreed_quantity,
    null as done_quantity,
    null as persons_reached,
    null as spending_eur,
    agreements.snapshot_id,
    cast(null as integer) as source_line
from agreements
left join reports on agreements.agreement_id = reports.agreement_id
where reports.agreement_id is null
