{#- A row has a value or says why it has none, never both, never neither; its status is of the SDMX code lists
    CL_OBS_STATUS and CL_CONF_STATUS. One test of a table, since each test of dbt costs a tenth of a second. -#}
{% test typed_values(model, has_conf_status=true) %}
select *
from {{ model }}
where (value is null) <> (missing_reason <> 'none')
    or missing_reason not in ({{ missing_reasons() }})
    or obs_status not in ({{ obs_statuses() }})
    {%- if has_conf_status %}
    or conf_status not in ({{ conf_statuses() }})
    {%- endif %}
{% endtest %}
