{#-
  Progress of agreed goals over published indicators and over needs (macros/goals.sql). Goals over the town's own forms are
  confidential and stand in fct_town_outcome.
-#}
with agreed as (

    select * from {{ ref('dim_goal') }}
    where not is_confidential

),

goals as (

    select
        *,
        coalesce(indicator_id, concat_ws(' ', need_step_code, demand_id, scenario_id)) as figure_id,
        area_code as place
    from agreed

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

precision as (

    select * from {{ ref('fct_indicator_precision') }}

),

series_breaks as (

    select * from {{ ref('fct_indicator_break') }}

),

need as (

    select * from {{ ref('fct_need') }}
    where branch_code = '_T'

),

indicators as (

    select * from {{ ref('indicator') }}

),

areas as (

    select * from {{ ref('dim_area') }}
    where is_latest

),

peers as (

    select * from {{ ref('bridge_peer') }}

),

steps as (

    select code, label_de from {{ source('catalog', 'code_lists') }}
    where code_list = 'need_step'

),

measured as (

    select
        computed.indicator_id as figure_id,
        computed.area_code as place,
        computed.reference_date,
        computed.value,
        precision.lower_limit,
        precision.upper_limit,
        precision.reliability,
        computed.missing_reason,
        false as is_ahead
    from computed
    inner join precision
        on computed.indicator_id = precision.indicator_id
        and computed.area_code = precision.area_code
        and computed.reference_date = precision.reference_date

    union all

    -- how far places cover a need; of the old only all of them have places
    select
        concat_ws(' ', need.need_step_code, need.demand_id, need.scenario_id),
        areas.area_code,
        need.reference_date,
        100 * need.stock_count / nullif(need.value, 0),
        100 * need.stock_count / nullif(need.need_upper, 0),
        100 * need.stock_count / nullif(need.need_lower, 0),
        'high',
        case when need.value is null then need.missing_reason when need.stock_count is null then 'not_delivered' else 'none' end,
        need.horizon_years > 0
    from need
    inner join areas on need.area_key = areas.area_key
    inner join (select distinct need_step_code, demand_id, scenario_id from agreed) as asked
        on need.need_step_code = asked.need_step_code
        and need.demand_id = asked.demand_id
        and need.scenario_id = asked.scenario_id
    where need.need_id <> 'care' or need.age_group_code = 'Y_GE65'

),

goal_peers as (

    select goals.goal_id, peers.area_code as place
    from goals
    inner join peers on goals.ring_id = peers.ring_id

),

breaks as (

    select indicator_id as figure_id, area_code as place, reference_date, previous_date, break_date
    from series_breaks

),

{{ goal_progress() }}

select
    {{ progress_columns() }},
    stated.is_invented,
    stated.need_step_code,
    stated.demand_id,
    stated.scenario_id,
    coalesce(indicators.name_de, 'Deckung durch Plätze: ' || steps.label_de) as indicator_name_de,
    coalesce(indicators.unit, '%') as unit,
    areas.area_name,
    stated.is_ahead,
    case when not stated.crosses_break then peer_changes.peer_change end as peer_change
from stated
left join indicators on stated.indicator_id = indicators.indicator_id
left join steps on stated.need_step_code = steps.code
left join areas on stated.area_code = areas.area_code
left join peer_changes
    on stated.goal_id = peer_changes.goal_id and stated.reference_date = peer_changes.reference_date
