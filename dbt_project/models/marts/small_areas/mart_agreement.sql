{#-
  The chain of an agreement: what it may cost and did, what was done, who was reached, and whether its goals moved. That
  nothing moved because nothing was done is told from what was done without effect (`conclusion`).
-#}
with agreements as (

    select * from {{ ref('dim_agreement') }}

),

reports as (

    select * from {{ ref('fct_agreement_report') }}

),

outcomes as (

    select *, {{ goal_effect('latest') }} as effect
    from {{ ref('fct_outcome') }} as latest
    where is_latest

),

outputs as (

    select agreement_id, output_name, sum(done_quantity) as done, sum(agreed_quantity) as agreed
    from reports
    where output_name <> ''
    group by agreement_id, output_name

),

performed as (

    select
        agreements.agreement_id,
        bool_and(outputs.done >= outputs.agreed * agreements.done_from_pct / 100.0) as is_done
    from agreements
    inner join outputs on agreements.agreement_id = outputs.agreement_id
    group by agreements.agreement_id

),

aims as (

    select agreement_id, trim(unnest(string_split(goal_ids, ';'))) as goal_id
    from agreements
    where goal_ids <> ''

),

effects as (

    select
        aims.agreement_id,
        count(*) as goals,
        count(*) filter (outcomes.effect = 'moved') as moved,
        count(*) filter (outcomes.effect = 'within_chance') as within_chance,
        count(*) filter (outcomes.effect = 'worsened') as worsened,
        count(*) filter (outcomes.effect in ('moved', 'within_chance', 'worsened')) as measured
    from aims
    left join outcomes on aims.goal_id = outcomes.goal_id
    group by aims.agreement_id

)

select
    agreements.agreement_id,
    agreements.agreement_title,
    agreements.provider,
    agreements.agreement_basis_code,
    agreements.agreed_from,
    agreements.agreed_to,
    agreements.budget_eur,
    reports.output_name,
    cast(reports.report_year as integer) as report_year,
    reports.output_unit_code,
    cast(reports.agreed_quantity as double) as agreed_quantity,
    cast(reports.done_quantity as double) as done_quantity,
    100 * reports.done_quantity / nullif(reports.agreed_quantity, 0) as done_pct,
    cast(reports.spending_eur as double) as spending_eur,
    cast(reports.persons_reached as double) as value,
    reports.spending_eur / nullif(reports.persons_reached, 0) as cost_per_person_eur,
    agreements.goal_ids,
    cast(coalesce(effects.goals, 0) as integer) as goals_count,
    cast(coalesce(effects.moved, 0) as integer) as goals_moved_count,
    cast(coalesce(effects.within_chance, 0) as integer) as goals_within_chance_count,
    cast(coalesce(effects.worsened, 0) as integer) as goals_worsened_count,
    case
        when performed.is_done is null then 'not_reported'
        when not performed.is_done and effects.moved > 0 then 'moved_without_output'
        when not performed.is_done and coalesce(effects.measured, 0) = 0 then 'not_done_not_measured'
        when not performed.is_done then 'not_done'
        when coalesce(effects.measured, 0) = 0 then 'done_not_measured'
        when effects.moved > 0 then 'done_with_effect'
        else 'done_without_effect'
    end as conclusion,
    case when reports.persons_reached is null then 'M' else 'A' end as obs_status,
    'F' as conf_status,
    case when reports.persons_reached is null then 'not_delivered' else 'none' end as missing_reason,
    cast(null as varchar) as raw_symbol,
    reports.dataset_id,
    reports.snapshot_id
from reports
inner join agreements on reports.agreement_id = agreements.agreement_id
left join performed on reports.agreement_id = performed.agreement_id
left join effects on reports.agreement_id = effects.agreement_id
