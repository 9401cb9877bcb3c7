{#-
  Schools and pupils of a Kreis, a Regierungsbezirk and the Land by the social index of the school: the register has a line
  for each school. A level that no school of an area has is there with zero.
-#}
{%- set levels = ['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9', 'NONE'] -%}
{%- set columns = [] -%}
{%- for level in levels -%}
    {%- do columns.append({'column': 'pupils_' ~ level, 'at': 18, 'measure': 'pupils', 'unit': 'Anzahl', 'codes': {'social_index': level}}) -%}
    {%- do columns.append({'column': 'school_' ~ level, 'at': 19, 'measure': 'schools', 'unit': 'Anzahl', 'codes': {'social_index': level}}) -%}
{%- endfor -%}
with depths as (

    select 2 as digits union all select 3 union all select 5

),

schools as (

    select
        register.snapshot,
        register.line,
        register.time_text,
        left(register.amtlicher_gemeindeschluessel, depths.digits) as area_code,
        {% for level in levels -%}
        case when coalesce('L' || register.sozialindex, 'NONE') = '{{ level }}' then register.schuelerzahl else '0' end
            as pupils_{{ level }},
        case when coalesce('L' || register.sozialindex, 'NONE') = '{{ level }}' then '1' else '0' end as school_{{ level }}{{ '' if loop.last else ',' }}
        {% endfor %}
    from {{ source('nrw', 'nrw-schulverzeichnis') }} as register
    cross join depths

),

staged as (

    {{ stage_columns('nrw', 'nrw-schulverzeichnis', ['social_index'], columns, name='cast(null as varchar)', relation='schools') }}

),

counted as (

    {{ summed_up('staged', ['social_index']) }}

),

with_totals as (

    {{ with_totals('counted', ['social_index']) }}

)

-- a zero is counted here, and no sign of the register
select * replace (cast(null as varchar) as raw_symbol)
from with_totals
