{#- Columns that every mart of need has, in the order of its contract: who is asked for, and what they need beside what there is.
  The marts name them `need` (fct_need), `scenarios` and `areas`. -#}
{% macro need_basis() -%}
need.scenario_id,
    scenarios.scenario_label_de,
    scenarios.scenario_label_en,
    need.demand_id,
    need.demand_label_de,
    need.demand_label_en,
    need.demand_source,
    need.area_key,
    areas.area_code,
    areas.area_name,
    areas.area_level
{%- endmacro %}

{% macro need_dates() -%}
need.age_group_code,
    need.base_date,
    need.horizon_years,
    need.reference_date
{%- endmacro %}

{% macro need_figures() -%}
need.projection_method,
    need.demand_rate_pct,
    need.rate_area_code,
    need.rate_date,
    need.rate_dataset_id,
    need.demand_note,
    need.value,
    need.need_lower,
    need.need_upper,
    need.stock_kind,
    need.stock_count,
    need.facilities_count,
    need.stock_date,
    need.stock_source,
    need.gap,
    need.gap_lower,
    need.gap_upper,
    need.unit,
    need.dataset_id,
    need.stock_dataset_id,
    need.obs_status,
    need.conf_status,
    need.missing_reason
{%- endmacro %}
