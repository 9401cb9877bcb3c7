{#- Generated from sources/foundation/vocabulary.yml (make generate). Do not edit. -#}
{% macro obs_statuses() %}'A', 'E', 'P', 'U', 'M'{% endmacro %}
{% macro conf_statuses() %}'F', 'N', 'C', 'D', 'S'{% endmacro %}
{% macro missing_reasons() %}'none', 'less_than_half_unit', 'unknown_or_confidential', 'not_yet_available', 'too_uncertain', 'not_meaningful', 'not_delivered', 'not_handed_in', 'not_locatable', 'area_not_existing', 'suppressed', 'suppressed_primary', 'suppressed_secondary', 'part_missing', 'not_convertible'{% endmacro %}
