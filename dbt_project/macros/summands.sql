{#-
  What is counted, for people who add up: the finest cells of an area and date that together give the published total, so
  that a plain `sum(value)` over any choice of areas is right. One measure, one level, preferred rows, no backcast.

  A break-down is taken as a whole, per area and date: every dimension that it crosses goes down to its finest parts, and
  their sum must be the total to the unit. Of several, the one that divides more dimensions is taken,
  then the one with more cells. Where none is whole (a part is secret, the source rounds, parts overlap) the total stands
  undivided, with its reason where it is missing. So one date may be divided by age and another not: `_T` says so.

  roots  dimension -> the code that is divided, where it is not the total
-#}
{% macro summands(fact, measure, dimensions, roots={}, level='KREIS') %}
with facts as (

    select * from {{ ref('fct_' ~ fact) }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

parts as (

    select * from {{ ref('bridge_code_part') }}

),

{% for dimension in dimensions -%}
{{ dimension }}_codes as (

    select * from {{ ref('dim_' ~ dimension) }}

),

{% endfor -%}
cells as (

    select
        facts.*,
        areas.area_name,
        areas.land_code
    from facts
    inner join areas on facts.area_key = areas.area_key
    where
        facts.is_preferred
        and not facts.is_backcast
        and not {{ within_a_year('facts.period_key') }}
        and facts.missing_reason <> 'area_not_existing'
        and facts.measure_code = '{{ measure }}'
        and areas.area_level = '{{ level }}'

),

-- what is part of its whole at one code of another dimension stands at the total of that dimension
placed as (

    select
        cells.*,
        {% for dimension in dimensions -%}
        {% set root = roots.get(dimension, '_T') -%}
        case
            when false then null
            {% for other in dimensions if other != dimension -%}
            when {{ other }}_codes.part_dimension = '{{ dimension }}' and cells.{{ other }}_code <> '{{ roots.get(other, '_T') }}'
                then case when cells.{{ dimension }}_code = {{ other }}_codes.part_dimension_code then '{{ root }}' end
            {% endfor -%}
            else cells.{{ dimension }}_code
        end as {{ dimension }}_part{{ ',' if not loop.last }}
        {% endfor %}
    from cells
    {%- for dimension in dimensions %}
    inner join {{ dimension }}_codes on cells.{{ dimension }}_code = {{ dimension }}_codes.{{ dimension }}_code
    {%- endfor %}

),

divided as (

    select
        placed.*,
        {% for dimension in dimensions -%}
        cast({{ dimension }}_part <> '{{ roots.get(dimension, '_T') }}' as integer){{ ' + ' if not loop.last }}
        {%- endfor %} as divided_dimensions,
        concat_ws(
            ','{% for dimension in dimensions %},
            case when {{ dimension }}_part <> '{{ roots.get(dimension, '_T') }}' then '{{ dimension }}' end{% endfor %}
        ) as division
    from placed
    where
        {% for dimension in dimensions -%}
        (
            {{ dimension }}_part = '{{ roots.get(dimension, '_T') }}'
            or {{ dimension }}_part in (
                select parts.code from parts
                where parts.code_list = '{{ dimension }}' and parts.whole_code = '{{ roots.get(dimension, '_T') }}'
            )
        )
        {{- ' and ' if not loop.last }}
        {% endfor %}

),

{% for dimension in dimensions -%}
{{ dimension }}_delivered as (

    select distinct period_key, division, {{ dimension }}_part as code from divided

),

{{ dimension }}_wholes as (

    select distinct delivered.period_key, delivered.division, parts.whole_code as code
    from {{ dimension }}_delivered as delivered
    inner join parts on parts.code_list = '{{ dimension }}' and delivered.code = parts.code

),

{% endfor -%}
finest as (

    select divided.*
    from divided
    {%- for dimension in dimensions %}
    anti join {{ dimension }}_wholes
        on divided.period_key = {{ dimension }}_wholes.period_key
        and divided.division = {{ dimension }}_wholes.division
        and divided.{{ dimension }}_part = {{ dimension }}_wholes.code
    {%- endfor %}

),

totals as (

    select area_key, period_key, value from divided where divided_dimensions = 0

),

divisions as (

    select
        finest.area_key,
        finest.period_key,
        finest.division,
        any_value(finest.divided_dimensions) as divided_dimensions,
        count(*) as cells
    from finest
    inner join totals on finest.area_key = totals.area_key and finest.period_key = totals.period_key
    group by finest.area_key, finest.period_key, finest.division
    having
        any_value(finest.divided_dimensions) = 0
        or (
            -- nothing is not divided
            any_value(totals.value) > 0
            and count(*) > 1
            and count(finest.value) = count(*)
            and abs(sum(finest.value) - any_value(totals.value)) < 1e-6
        )

),

chosen as (

    select * from divisions
    qualify
        row_number() over (
            partition by area_key, period_key order by divided_dimensions desc, cells desc, division
        ) = 1

)

select
    finest.area_key,
    finest.area_code,
    finest.area_name,
    finest.land_code,
    finest.period_key,
    finest.reference_date,
    {% for dimension in dimensions -%}
    finest.{{ dimension }}_code,
    {% endfor -%}
    finest.measure_code,
    finest.unit,
    finest.value,
    finest.obs_status,
    finest.missing_reason,
    finest.dataset_id
from finest
inner join chosen
    on finest.area_key = chosen.area_key
    and finest.period_key = chosen.period_key
    and finest.division = chosen.division
order by finest.period_key, finest.area_code
{% endmacro %}
