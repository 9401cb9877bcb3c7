{#-
  Versions of a fact's cells beside the version each of them replaced. One row per change; `cell` names the
  dimensions in words, so that all facts share one shape.
-#}
{% macro revisions(fact, dimensions) %}
    select
        '{{ fact }}' as fact,
        dataset_id,
        area_code,
        period_key,
        reference_date,
        measure_code,
        {% if dimensions -%}
        concat_ws(' '{% for d in dimensions %}, '{{ d }}=' || {{ d }}_code{% endfor %}) as cell,
        {% else -%}
        '' as cell,
        {% endif -%}
        lag(value) over {{ fact }}_versions as value_before,
        value as value_after,
        lag(missing_reason) over {{ fact }}_versions as reason_before,
        missing_reason as reason_after,
        lag(rounding_base) over {{ fact }}_versions as rounding_before,
        rounding_base as rounding_after,
        lag(snapshot_id) over {{ fact }}_versions as snapshot_before,
        snapshot_id as snapshot_after,
        lag(known_from) over {{ fact }}_versions as known_before,
        known_from as known_after,
        correction_id
    from {{ ref('fct_' ~ fact) }}
    where dataset_id in (select dataset_id from revised)
    window {{ fact }}_versions as (
        partition by dataset_id, area_code, period_key, measure_code{% for d in dimensions %}, {{ d }}_code{% endfor %}
        order by known_from, snapshot_id
    )
{% endmacro %}
