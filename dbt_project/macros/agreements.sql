{#-
  What a goal shows of an effect: moved (towards the target, beyond chance), worsened (away from it, beyond chance),
  within_chance, not_measured. `outcome` is a row of fct_outcome; a change without an interval counts by its sign, as there.
-#}
{% macro goal_effect(outcome) -%}
case
    when {{ outcome }}.goal_id is null or {{ outcome }}.change_since_baseline is null then 'not_measured'
    when {{ outcome }}.status = 'not_measurable' and {{ outcome }}.status_reason <> 'within_chance' then 'not_measured'
    when coalesce({{ outcome }}.change_lower <= 0 and {{ outcome }}.change_upper >= 0, {{ outcome }}.change_since_baseline = 0)
        then 'within_chance'
    when sign({{ outcome }}.change_since_baseline) = sign({{ outcome }}.target - {{ outcome }}.baseline_value) then 'moved'
    else 'worsened'
end
{%- endmacro %}
