{#-
  Any series on any Gebietsstand: table macros that live in the warehouse, for SQL users and the command line alike.

    select * from indicator_on(date '2022-12-31') where indicator_id = 'P07'
    select * from population_on(date '2022-12-31')

  A Gebietsstand is a year-end. Numbers of Kreise are apportioned with bridge_area_crosswalk (population weights; area
  weights where square kilometres are counted); rates are computed anew from apportioned numerator and denominator and
  never averaged. A number made with an estimated weight has obs_status E, and `estimated_share` says how much of it
  was estimated. What has no parts to compute it from (a published rate or mean, a missing part) is missing with its
  reason. Other levels are passed through as they are, as long as the area exists at the Gebietsstand.
-#}
{% macro create_territory_macros() %}
    {% if execute %}
        {% do run_query(indicator_on()) %}
        {% for mart, dimensions in count_marts().items() %}
            {% do run_query(counts_on(mart, dimensions)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- A table of the warehouse by its name: the macros are made when a run ends, outside dbt's graph, and bound when used. -#}
{% macro built(name) -%}
    {{ target.schema }}.{{ name }}
{%- endmacro %}

{#- The marts of counts with the columns that, with area, period and measure, name a cell. -#}
{% macro count_marts() %}
    {{ return({
        'population': ['sex_code', 'age_group_code', 'nationality_code'],
        'education': ['subject', 'school_type_code', 'sex_code', 'nationality_code', 'grade_code', 'qualification_code'],
        'social_benefits': ['benefit_code', 'sex_code', 'nationality_code', 'age_group_code', 'setting_code'],
        'childcare': ['subject', 'childcare_type_code', 'age_group_code', 'facility_branch_code', 'facility_type_code'],
    }) }}
{% endmacro %}

{#- The year-end whose boundaries a number of this area and date stands on. -#}
{% macro boundary_year(date, valid_to) -%}
    case
        when {{ valid_to }} > make_date(year({{ date }}), 12, 31) then year({{ date }})
        else year({{ date }}) - 1
    end
{%- endmacro %}

{#- Where each row goes: `to_code`, `weight`, `weight_area`, `grade`; an unchanged Kreis goes to itself. -#}
{% macro moved(rows) -%}
dated as (

    select {{ rows }}.*, {{ boundary_year(rows ~ '.reference_date', 'versions.valid_to') }} as boundary_year
    from {{ rows }}
    inner join {{ built('dim_area') }} as versions on {{ rows }}.area_key = versions.area_key
    where {{ rows }}.area_level = 'KREIS' and not {{ rows }}.is_backcast

),

moved as (

    select
        dated.*,
        coalesce(crosswalk.to_code, dated.area_code) as to_code,
        coalesce(crosswalk.weight_population, 1) as weight,
        coalesce(crosswalk.weight_area, 1) as weight_area,
        coalesce(crosswalk.grade, 'exact') as grade,
        crosswalk.to_code is null as is_unchanged
    from dated
    left join {{ built('bridge_area_crosswalk') }} as crosswalk
        on dated.boundary_year = crosswalk.from_year
        and crosswalk.to_year = year(gebietsstand)
        and dated.area_code = crosswalk.from_code

),

targets as (

    select * from {{ built('dim_area') }}
    where valid_from <= gebietsstand and valid_to > gebietsstand

)
{%- endmacro %}

{#- Sum of a weighted column, missing as soon as one part is. -#}
{% macro whole_sum(value, weight) -%}
    case when count({{ value }}) = count(*) then sum({{ value }} * {{ weight }}) end
{%- endmacro %}

{% macro indicator_on() %}
create or replace macro indicator_on(gebietsstand) as table
with makings as (

    select
        indicator_id,
        bool_or(role = 'denominator' and fact = 'area_size') as denominator_is_area,
        bool_or(role = 'denominator') as has_denominator,
        bool_or(role = 'value') as is_published_rate
    from {{ built('indicator_part') }}
    group by indicator_id

),

indicators as (

    select * from {{ built('indicator') }}

),

mart as (

    select mart_indicator.*, makings.denominator_is_area
    from {{ built('mart_indicator') }} as mart_indicator
    left join makings on mart_indicator.indicator_id = makings.indicator_id

),

{{ moved('mart') }},

converted as (

    select
        indicator_id,
        to_code as area_code,
        reference_date,
        any_value(period_key) as period_key,
        any_value(unit) as unit,
        any_value(decimals) as decimals,
        {{ whole_sum('numerator', 'weight') }} as numerator,
        {{ whole_sum('denominator', 'case when denominator_is_area then weight_area else weight end') }} as denominator,
        count(*) = 1 and bool_and(is_unchanged) as is_unchanged,
        any_value(value) as value_before,
        any_value(obs_status) as status_before,
        any_value(missing_reason) as reason_before,
        max(conf_status) as conf_status,
        bool_or(grade = 'estimated') as is_estimated,
        coalesce(sum(numerator * weight) filter (grade = 'estimated') / nullif(sum(numerator * weight), 0), 0)
            as estimated_share,
        string_agg(distinct area_code, ', ' order by area_code) as from_codes
    from moved
    group by indicator_id, to_code, reference_date

),

valued as (

    select
        converted.*,
        case
            when converted.is_unchanged then converted.value_before
            when makings.is_published_rate then null
            when makings.has_denominator
                then converted.numerator / nullif(converted.denominator, 0) * indicators.multiplier
            when makings.indicator_id is not null then converted.numerator * indicators.multiplier
        end as value
    from converted
    inner join indicators on converted.indicator_id = indicators.indicator_id
    left join makings on converted.indicator_id = makings.indicator_id

)

select
    valued.indicator_id,
    targets.area_code,
    targets.area_level,
    targets.area_name,
    valued.period_key,
    valued.reference_date,
    valued.value,
    valued.numerator,
    valued.denominator,
    valued.unit,
    valued.decimals,
    case
        when valued.value is null then 'M'
        when valued.is_estimated then 'E'
        when valued.is_unchanged then valued.status_before
        else 'A'
    end as obs_status,
    valued.conf_status,
    case
        when valued.value is not null then 'none'
        when valued.is_unchanged then valued.reason_before
        when valued.numerator is null then 'part_missing'
        else 'not_convertible'
    end as missing_reason,
    valued.estimated_share,
    valued.from_codes,
    gebietsstand
from valued
inner join targets on valued.area_code = targets.area_code

union all

select
    mart.indicator_id, mart.area_code, mart.area_level, mart.area_name, mart.period_key, mart.reference_date,
    mart.value, mart.numerator, mart.denominator, mart.unit, mart.decimals, mart.obs_status, mart.conf_status,
    mart.missing_reason, 0.0, mart.area_code, gebietsstand
from mart
inner join targets on mart.area_code = targets.area_code
where mart.area_level <> 'KREIS' and not mart.is_backcast
{% endmacro %}

{% macro counts_on(mart, dimensions) %}
create or replace macro {{ mart }}_on(gebietsstand) as table
with mart as (

    select
        *,
        -- rates and means have no parts to apportion
        measure_code like '%\_pct' escape '\' or measure_code like 'avg\_%' escape '\' or measure_code like '%per\_head%' escape '\'
            as is_mean
    from {{ built('mart_' ~ mart) }}

),

{{ moved('mart') }},

converted as (

    select
        to_code as area_code,
        period_key,
        reference_date,
        {% for dimension in dimensions %}{{ dimension }},
        {% endfor -%}
        measure_code,
        any_value(unit) as unit,
        {{ whole_sum('value', 'weight') }} as summed,
        any_value(value) as value_before,
        any_value(obs_status) as status_before,
        any_value(missing_reason) as reason_before,
        bool_or(is_mean) as is_mean,
        count(*) = 1 and bool_and(is_unchanged) as is_unchanged,
        max(conf_status) as conf_status,
        max(rounding_base) as rounding_base,
        bool_or(grade = 'estimated') as is_estimated,
        coalesce(sum(value * weight) filter (grade = 'estimated') / nullif(sum(value * weight), 0), 0) as estimated_share,
        string_agg(distinct area_code, ', ' order by area_code) as from_codes
    from moved
    group by to_code, period_key, reference_date, {% for dimension in dimensions %}{{ dimension }}, {% endfor %}measure_code

),

valued as (

    select
        *,
        case when is_unchanged then value_before when not is_mean then summed end as value
    from converted

)

select
    targets.area_code,
    targets.area_level,
    targets.area_name,
    valued.period_key,
    valued.reference_date,
    {% for dimension in dimensions %}valued.{{ dimension }},
    {% endfor -%}
    valued.measure_code,
    valued.unit,
    valued.value,
    case
        when valued.value is null then 'M'
        when valued.is_estimated then 'E'
        when valued.is_unchanged then valued.status_before
        else 'A'
    end as obs_status,
    valued.conf_status,
    case
        when valued.value is not null then 'none'
        when valued.is_unchanged then valued.reason_before
        when valued.is_mean then 'not_convertible'
        else 'part_missing'
    end as missing_reason,
    valued.rounding_base,
    valued.estimated_share,
    valued.from_codes,
    gebietsstand
from valued
inner join targets on valued.area_code = targets.area_code

union all

select
    mart.area_code, mart.area_level, mart.area_name, mart.period_key, mart.reference_date,
    {% for dimension in dimensions %}mart.{{ dimension }}, {% endfor -%}
    mart.measure_code, mart.unit, mart.value, mart.obs_status, mart.conf_status, mart.missing_reason,
    mart.rounding_base, 0.0, mart.area_code, gebietsstand
from mart
inner join targets on mart.area_code = targets.area_code
where mart.area_level <> 'KREIS' and not mart.is_backcast
{% endmacro %}
