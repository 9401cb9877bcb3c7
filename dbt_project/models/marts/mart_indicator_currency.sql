{#-
  What an indicator waits for next is the table of its numerator, or, where that has come, the one of its denominator.
  Of several tables the one that is due first.
-#}
with computed as (

    select * from {{ ref('fct_indicator') }}
    where value is not null

),

indicators as (

    select * from {{ ref('indicator') }}

),

datasets as (

    select * from {{ ref('dim_dataset') }}

),

snapshots as (

    select * from {{ ref('dim_snapshot') }}
    where status = 'accepted'

),

landed as (

    select dataset_id, max(period_max) as newest_date
    from snapshots
    group by dataset_id

),

spans as (

    select
        indicator_id,
        count(*) as values_count,
        count(distinct area_code) as areas_count,
        string_agg(distinct area_level, ', ' order by area_level) as area_levels,
        min(reference_date) as first_date,
        max(reference_date) as newest_date
    from computed
    group by indicator_id

),

named as (

    select distinct indicator_id, 1 as turn, numerator_dataset as dataset_ids from computed
    union
    select distinct indicator_id, 2, denominator_dataset from computed

),

sources as (

    select distinct indicator_id, turn, unnest(string_split(dataset_ids, ', ')) as dataset_id
    from named
    where dataset_ids is not null

),

expected as (

    select
        sources.*,
        landed.newest_date as dataset_newest_date,
        {{ next_date('spans.newest_date', 'datasets') }} as next_date
    from sources
    inner join spans on sources.indicator_id = spans.indicator_id
    inner join datasets on sources.dataset_id = datasets.dataset_id
    inner join landed on sources.dataset_id = landed.dataset_id

),

due as (

    select expected.*, {{ due_on('expected.next_date', 'datasets') }} as due_on
    from expected
    inner join datasets on expected.dataset_id = datasets.dataset_id
    where expected.next_date is not null
    qualify row_number() over (
        partition by expected.indicator_id
        order by expected.dataset_newest_date >= expected.next_date, expected.turn, due_on, expected.dataset_id
    ) = 1

)

select
    indicators.indicator_id,
    indicators.name_de,
    indicators.name_en,
    indicators.policy_field,
    coalesce(spans.values_count, 0) as values_count,
    coalesce(spans.areas_count, 0) as areas_count,
    spans.area_levels,
    spans.first_date,
    spans.newest_date,
    due.next_date,
    due.due_on,
    due.dataset_id
from indicators
left join spans on indicators.indicator_id = spans.indicator_id
left join due on indicators.indicator_id = due.indicator_id
where indicators.computed_by in ('facts', 'derived')
