{#-
  Progress of agreed goals. No success inside the noise: `reached` and `on_course` need a move from the baseline that
  is more than chance (the interval of the difference excludes zero; a baseline given as a figure counts as exact).
-#}
with goals as (

    select * from {{ ref('dim_goal') }}

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

precision as (

    select * from {{ ref('fct_indicator_precision') }}

),

breaks as (

    select * from {{ ref('fct_indicator_break') }}

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

measured as (

    select
        computed.*,
        precision.lower_limit,
        precision.upper_limit,
        precision.reliability
    from computed
    inner join precision
        on computed.indicator_id = precision.indicator_id
        and computed.area_code = precision.area_code
        and computed.reference_date = precision.reference_date

),

baselines as (

    select
        goals.*,
        coalesce(goals.baseline, start.value) as baseline_value,
        case when goals.baseline is null then start.lower_limit else goals.baseline end as baseline_lower,
        case when goals.baseline is null then start.upper_limit else goals.baseline end as baseline_upper
    from goals
    left join measured as start
        on goals.indicator_id = start.indicator_id
        and goals.area_code = start.area_code
        and goals.baseline_date = start.reference_date

),

peer_changes as (

    select
        goals.goal_id,
        later.reference_date,
        median(later.value - first.value) as peer_change,
        count(later.value - first.value) as peers_measured
    from goals
    inner join peers on goals.ring_id = peers.ring_id and peers.area_code <> goals.area_code
    inner join computed as first
        on goals.indicator_id = first.indicator_id
        and peers.area_code = first.area_code
        and goals.baseline_date = first.reference_date
    inner join computed as later
        on goals.indicator_id = later.indicator_id
        and peers.area_code = later.area_code
        and later.reference_date > goals.baseline_date
    group by goals.goal_id, later.reference_date

),

-- a goal whose indicator has no value after the baseline keeps one row: not measurable
followed as (

    select
        baselines.*,
        coalesce(measured.reference_date, baselines.baseline_date) as reference_date,
        measured.value,
        measured.lower_limit,
        measured.upper_limit,
        measured.reliability,
        measured.missing_reason as value_missing_reason,
        cast(baselines.due - baselines.baseline_date as double) as days_in_all,
        cast(measured.reference_date - baselines.baseline_date as double) as days_passed,
        row_number() over (partition by baselines.goal_id order by measured.reference_date desc nulls last) = 1 as is_latest,
        (
            select count(*)
            from breaks
            where
                breaks.indicator_id = baselines.indicator_id
                and breaks.area_code = baselines.area_code
                and breaks.reference_date > baselines.baseline_date
                and breaks.reference_date <= measured.reference_date
                -- a baseline given as a figure may lie between two rows of the series
                and (breaks.previous_date >= baselines.baseline_date or breaks.break_date > baselines.baseline_date)
        ) > 0 as crosses_break
    from baselines
    left join measured
        on baselines.indicator_id = measured.indicator_id
        and baselines.area_code = measured.area_code
        and measured.reference_date > baselines.baseline_date

),

progressed as (

    select
        *,
        case when target > baseline_value then 1 else -1 end as wanted,
        value - baseline_value as moved,
        baseline_value + (target - baseline_value) * least(1, days_passed / days_in_all) as expected_value,
        {{ difference_lower('baseline_value', 'baseline_upper', 'value', 'lower_limit') }} as moved_lower,
        {{ difference_upper('baseline_value', 'baseline_lower', 'value', 'upper_limit') }} as moved_upper
    from followed

),

judged as (

    select
        *,
        case
            when wanted > 0 then moved > 0 and coalesce(moved_lower > 0, true)
            else moved < 0 and coalesce(moved_upper < 0, true)
        end as moved_beyond_chance,
        wanted * (value - target) >= 0 as at_target,
        -- after the due day only the target itself counts
        wanted * (value - expected_value) >= -case when reference_date <= due then corridor else 0 end as near_course
    from progressed

),

stated as (

    select
        *,
        case
            when baseline_value is null then 'baseline_missing'
            when baseline_value = target then 'nothing_to_reach'
            when value is null then 'value_missing'
            when crosses_break then 'break'
            when reliability = 'insufficient' then 'small_numbers'
            when (at_target or near_course) and not moved_beyond_chance then 'within_chance'
            else 'none'
        end as status_reason
    from judged

)

select
    stated.goal_id,
    stated.title_de,
    stated.title_en,
    stated.is_invented,
    stated.indicator_id,
    indicators.name_de as indicator_name_de,
    indicators.unit,
    stated.area_code,
    areas.area_name,
    stated.unit_responsible,
    stated.agreement,
    stated.measures,
    stated.baseline_date,
    stated.baseline_value,
    stated.target,
    stated.due,
    stated.reference_date,
    stated.is_latest,
    stated.value,
    stated.lower_limit,
    stated.upper_limit,
    stated.expected_value,
    case
        when stated.status_reason in ('none', 'within_chance')
            then 100 * (stated.value - stated.baseline_value) / nullif(stated.target - stated.baseline_value, 0)
    end as attainment_pct,
    case
        when stated.status_reason = 'within_chance' and not stated.near_course then 'behind'
        when stated.status_reason <> 'none' then 'not_measurable'
        when stated.at_target then 'reached'
        when stated.near_course then 'on_course'
        else 'behind'
    end as status,
    stated.status_reason,
    stated.moved as change_since_baseline,
    stated.moved_lower as change_lower,
    stated.moved_upper as change_upper,
    case when not stated.crosses_break then peer_changes.peer_change end as peer_change,
    cast(peer_changes.peers_measured as integer) as peers_measured
from stated
inner join indicators on stated.indicator_id = indicators.indicator_id
left join areas on stated.area_code = areas.area_code
left join peer_changes
    on stated.goal_id = peer_changes.goal_id and stated.reference_date = peer_changes.reference_date
