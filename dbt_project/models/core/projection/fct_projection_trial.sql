{#- What projections made in the past were off. Size class -1 is all areas of the level together. -#}
select
    panel as area_level,
    base_date,
    target_date,
    horizon_years,
    age_group_code,
    size_class,
    areas_count,
    crosses_break,
    as_today_off_pct,
    births_held_off_pct,
    births_follow_off_pct,
    bias_pct,
    method as projection_method,
    off_pct,
    left_out_off_pct,
    left_out_as_today_off_pct,
    coverage_pct
from {{ ref('int_projection_trials') }}
