{#-
  How far agreed goals have come. No success inside the noise: `reached` and `on_course` need a move from the baseline that is
  more than chance (the interval of the difference excludes zero; a baseline given as a figure counts as exact). What lies ahead
  of the newest figures is expected, not reached: at best it is on course.

  The CTEs that come before it:
    goals       of dim_goal, with `figure_id` (what is measured) and `place` (where)
    measured    figure_id, place, reference_date, value, lower_limit, upper_limit, reliability, missing_reason, is_ahead
    goal_peers  goal_id, place
    breaks      figure_id, place, reference_date, previous_date, break_date
  After it stand `stated`, a row per goal and date, and `peer_changes`.
-#}
{% macro goal_progress() -%}
baselines as (

    select
        goals.*,
        coalesce(goals.baseline, first.value) as baseline_value,
        case when goals.baseline is null then first.lower_limit else goals.baseline end as baseline_lower,
        case when goals.baseline is null then first.upper_limit else goals.baseline end as baseline_upper
    from goals
    left join measured as first
        on goals.figure_id = first.figure_id
        and goals.place = first.place
        and goals.baseline_date = first.reference_date

),

peer_changes as (

    select
        goals.goal_id,
        later.reference_date,
        median(later.value - first.value) as peer_change,
        count(later.value - first.value) as peers_measured
    from goals
    inner join goal_peers on goals.goal_id = goal_peers.goal_id and goal_peers.place <> goals.place
    inner join measured as first
        on goals.figure_id = first.figure_id
        and goal_peers.place = first.place
        and goals.baseline_date = first.reference_date
    inner join measured as later
        on goals.figure_id = later.figure_id
        and goal_peers.place = later.place
        and later.reference_date > goals.baseline_date
    group by goals.goal_id, later.reference_date

),

-- a goal whose figure has no value after the baseline keeps one row: not measurable
followed as (

    select
        baselines.*,
        coalesce(measured.reference_date, baselines.baseline_date) as reference_date,
        coalesce(measured.is_ahead, false) as is_ahead,
        measured.value,
        measured.lower_limit,
        measured.upper_limit,
        measured.reliability,
        measured.missing_reason as value_missing_reason,
        cast(baselines.due - baselines.baseline_date as double) as days_in_all,
        cast(measured.reference_date - baselines.baseline_date as double) as days_passed,
        row_number() over (
            partition by baselines.goal_id
            order by
                coalesce(measured.is_ahead, false),
                case when measured.is_ahead then measured.reference_date end,
                measured.reference_date desc nulls last
        ) = 1 as is_latest,
        (
            select count(*)
            from breaks
            where
                breaks.figure_id = baselines.figure_id
                and breaks.place = baselines.place
                and breaks.reference_date > baselines.baseline_date
                and breaks.reference_date <= measured.reference_date
                -- a baseline given as a figure may lie between two rows of the series
                and (breaks.previous_date >= baselines.baseline_date or breaks.break_date > baselines.baseline_date)
        ) > 0 as crosses_break
    from baselines
    left join measured
        on baselines.figure_id = measured.figure_id
        and baselines.place = measured.place
        and measured.reference_date > baselines.baseline_date
        and (not measured.is_ahead or measured.reference_date <= baselines.due)

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

reasoned as (

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

),

stated as (

    select
        *,
        case
            when status_reason in ('none', 'within_chance')
                then 100 * (value - baseline_value) / nullif(target - baseline_value, 0)
        end as attainment_pct,
        case
            when status_reason = 'within_chance' and not near_course then 'behind'
            when status_reason <> 'none' then 'not_measurable'
            when at_target and not is_ahead then 'reached'
            when at_target or near_course then 'on_course'
            else 'behind'
        end as status
    from reasoned

)
{%- endmacro %}

{#- What the facts of outcomes say alike of a goal and of its progress. -#}
{% macro progress_columns() -%}
    stated.goal_id,
    stated.title_de,
    stated.title_en,
    stated.indicator_id,
    stated.area_code,
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
    stated.attainment_pct,
    stated.status,
    stated.status_reason,
    stated.moved as change_since_baseline,
    stated.moved_lower as change_lower,
    stated.moved_upper as change_upper,
    cast(peer_changes.peers_measured as integer) as peers_measured
{%- endmacro %}
