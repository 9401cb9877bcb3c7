{#-
  A mart of the goals whose indicators are made of counts that one policy protects: a row per goal and period after its baseline,
  with the count behind the figure as the cell of the policy; beside it rows of the counts that the figure is computed from too,
  those of the baseline included, since nothing may be printed that would give away a count that is hidden. `counts`: indicator -> (code of the count, code of what it is a share
  of or its own, measure, unit); `code_column` is what the policy calls them,
  `whole_column` what the mart calls what a share is of.
-#}
{% macro goals_under_policy(counts, code_column, whole_column) -%}
with counts as (
    {%- for indicator_id, (numerator, denominator, measure, unit) in counts.items() %}

    select
        '{{ indicator_id }}' as indicator_id,
        '{{ numerator }}' as {{ code_column }},
        '{{ denominator }}' as {{ whole_column }},
        '{{ measure }}' as measure_code,
        '{{ unit }}' as unit
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

progress as (

    select * from {{ ref('fct_town_outcome') }}
    where period_key is not null and reference_date > baseline_date

),

figures as (

    select progress.*, counts.{{ code_column }}, counts.{{ whole_column }}, counts.measure_code, counts.unit as count_unit
    from progress
    inner join counts on progress.indicator_id = counts.indicator_id

),

-- what a share is of, and both at the baseline
others as (

    select goal_id, reference_date, area_key, is_backcast, period_key, {{ whole_column }} as {{ code_column }}, denominator as counted
    from figures
    where {{ whole_column }} <> {{ code_column }}

    union

    select goal_id, baseline_date, baseline_area_key, is_baseline_backcast, baseline_period_key, {{ code_column }}, baseline_numerator
    from figures
    where is_baseline_backcast is not null

    union

    select goal_id, baseline_date, baseline_area_key, is_baseline_backcast, baseline_period_key, {{ whole_column }}, baseline_denominator
    from figures
    where is_baseline_backcast is not null and {{ whole_column }} <> {{ code_column }}

),

rows_of_goals as (

    select *, numerator as counted, true as is_figure
    from figures

    union all by name

    select
        figures.* exclude (
            reference_date, area_key, is_backcast, period_key, {{ code_column }}, denominator, is_latest, baseline_value, value,
            lower_limit, upper_limit, expected_value, attainment_pct, status, status_reason, change_since_baseline, change_lower,
            change_upper
        ),
        others.reference_date,
        others.area_key,
        others.is_backcast,
        others.period_key,
        others.{{ code_column }},
        others.counted,
        false as is_figure,
        false as is_latest
    from others
    inner join figures on others.goal_id = figures.goal_id and figures.is_latest

)

select
    goal_id,
    title_de,
    title_en,
    indicator_id,
    indicator_name_de,
    area_key,
    area_code,
    area_level,
    area_name,
    edition,
    is_backcast,
    unit_responsible,
    agreement,
    measures,
    baseline_date,
    baseline_area_key,
    baseline_period_key,
    target,
    due,
    period_key,
    reference_date,
    is_figure,
    is_latest,
    {{ code_column }},
    {{ whole_column }},
    measure_code,
    count_unit as unit,
    counted as value,
    denominator,
    unit as indicator_unit,
    baseline_value,
    value as indicator_value,
    lower_limit,
    upper_limit,
    expected_value,
    attainment_pct,
    status,
    status_reason,
    change_since_baseline,
    change_lower,
    change_upper,
    {{ small_area_status('counted') }},
    numerator_dataset as dataset_id,
    snapshot_id,
    known_from
from rows_of_goals
{%- endmacro %}
