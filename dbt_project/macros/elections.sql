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

{#- An election as the Federal Returning Officer prints it by Kreis: Berlin as its east (11100) and its west (11200). -#}
{% macro election_by_kreis(dataset_id) -%}
with staged as (

    {{ stage_cells('bundeswahlleiterin', dataset_id, []) }}

),

placed as (

    select
        * replace (
            case when area_code in ('11100', '11200') then '11' else area_code end as area_code,
            case when area_code in ('11100', '11200') then 'Berlin' else area_name end as area_name
        )
    from staged

),

whole as (

    {{ summed_up('placed', []) }}

)

{{ with_turnout('whole') }}
{%- endmacro %}
