{#-
  Staged cells of an election with the turnout, which the returning officer's tables leave to the reader: voters of those
  entitled, in per cent. Its place is that of the voters.
-#}
{% macro with_turnout(relation) -%}
select * from {{ relation }}

union all by name

select
    voters.* replace (
        'turnout_pct' as measure_code,
        'Prozent' as unit,
        voters.value / nullif(entitled.value, 0) * 100 as value
    )
from {{ relation }} as voters
inner join {{ relation }} as entitled
    on voters.snapshot_id = entitled.snapshot_id
    and voters.period_key = entitled.period_key
    and voters.area_code = entitled.area_code
where voters.measure_code = 'voters' and entitled.measure_code = 'entitled'
{%- endmacro %}
