{#- Indicators on the boundaries of a year-end and as known at a time. See macros/territory.sql. -#}
{{ config(parameters=['gebietsstand := null', 'as_of := null']) }}
{%- set columns = [
    'indicator_id', 'area_key', 'area_code', 'area_level', 'is_backcast', 'period_key', 'reference_date', 'value',
    'numerator', 'denominator', 'obs_status', 'conf_status', 'missing_reason', 'numerator_dataset',
    'denominator_dataset', 'known_from'
] | join(', ') %}
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

known as (

    select {{ columns }} from {{ built('mart_indicator') }} where as_of is null
    union all
    select {{ columns }} from {{ built('indicator_as_known') }}(null, as_of) where as_of is not null

),

mart as (

    select known.*, coalesce(makings.denominator_is_area, false) as denominator_is_area
    from known
    left join makings on known.indicator_id = makings.indicator_id

),

{{ moved('mart') }},

converted as not materialized (

    select
        indicator_id,
        to_code as area_code,
        reference_date,
        any_value(period_key) as period_key,
        {{ whole_sum('numerator', 'weight') }} as numerator,
        {{ whole_sum('denominator', 'case when denominator_is_area then weight_area else weight end') }} as denominator,
        -- the same area, under another code at most
        count(*) = 1 and max(origin_count) = 1 and bool_and(grade = 'exact') as is_same,
        any_value(value) as value_before,
        any_value(missing_reason) as reason_before,
        max({{ status_rank('obs_status') }}) filter (value is not null) as worst_rank,
        max(conf_status) as conf_status,
        {{ worst_grade() }} as grade,
        {{ estimated_share('numerator', 'weight') }} as estimated_share,
        any_value(numerator_dataset) as numerator_dataset,
        any_value(denominator_dataset) as denominator_dataset,
        max(known_from) as known_from,
        any_value(from_codes) as from_codes
    from moving
    group by indicator_id, to_code, reference_date

),

-- what is made of cells: numerator and denominator stand for themselves
from_cells as not materialized (

    select
        converted.* replace (coalesce(converted.worst_rank, 1) as worst_rank),
        case
            when converted.is_same then converted.value_before
            when makings.is_published_rate then null
            when makings.has_denominator
                then converted.numerator / nullif(converted.denominator, 0) * indicators.multiplier
            else converted.numerator * indicators.multiplier
        end as value,
        case
            when converted.is_same then converted.reason_before
            when makings.is_published_rate then 'not_convertible'
            when converted.numerator is null then 'part_missing'
            when makings.has_denominator and converted.denominator is null then 'part_missing'
            else 'not_meaningful'
        end as reason_when_missing
    from converted
    inner join indicators on converted.indicator_id = indicators.indicator_id
    inner join makings on converted.indicator_id = makings.indicator_id

),

operands as not materialized (

    select * from from_cells
    where indicator_id in (select unnest([operand_1, operand_2]) from indicators)

),

-- what is made of two others: each carried on its own, and put together after
from_others as (

    select
        converted.* replace (
            case when converted.is_same then converted.numerator else first_operand.value end as numerator,
            case when converted.is_same then converted.denominator else second_operand.value end as denominator,
            coalesce(
                case when converted.is_same then converted.worst_rank end,
                greatest(first_operand.worst_rank, second_operand.worst_rank),
                1
            ) as worst_rank,
            greatest(first_operand.estimated_share, second_operand.estimated_share, 0) as estimated_share
        ),
        case when converted.is_same then converted.value_before else {{ value_of_two() }} end as value,
        case
            when converted.is_same then converted.reason_before
            else coalesce({{ reason_of_two('reason_when_missing') }}, 'part_missing')
        end as reason_when_missing
    from converted
    inner join indicators
        on converted.indicator_id = indicators.indicator_id and indicators.computed_by = 'derived'
    left join operands as first_operand
        on indicators.operand_1 = first_operand.indicator_id
        and converted.area_code = first_operand.area_code
        and converted.reference_date = first_operand.reference_date
    left join operands as second_operand
        on indicators.operand_2 = second_operand.indicator_id
        and converted.area_code = second_operand.area_code
        and converted.reference_date = second_operand.reference_date

),

valued as (

    select * from from_cells
    union all by name
    select * from from_others

),

placed as (

    select
        valued.indicator_id,
        targets.area_key,
        valued.period_key,
        valued.reference_date,
        false as is_backcast,
        valued.value,
        valued.numerator,
        valued.denominator,
        {{ converted_status() }} as obs_status,
        valued.conf_status,
        case
            when valued.value is not null then 'none'
            else valued.reason_when_missing
        end as missing_reason,
        valued.grade,
        valued.estimated_share,
        valued.from_codes,
        valued.numerator_dataset,
        valued.denominator_dataset,
        valued.known_from
    from valued
    inner join targets on valued.area_code = targets.area_code

    union all

    select
        indicator_id,
        coalesce(target_key, area_key),
        period_key,
        reference_date,
        is_backcast,
        case when target_key is not null then value end,
        case when target_key is not null then numerator end,
        case when target_key is not null then denominator end,
        case when target_key is not null then obs_status else 'M' end,
        conf_status,
        case when target_key is not null then missing_reason else 'not_convertible' end,
        case when target_key is not null then 'exact' else 'not_convertible' end,
        0.0,
        area_code,
        numerator_dataset,
        denominator_dataset,
        known_from
    from staying

)

select
    placed.indicator_id,
    areas.area_key,
    areas.area_code,
    areas.area_level,
    areas.area_name,
    placed.period_key,
    placed.reference_date,
    placed.is_backcast,
    placed.value,
    placed.numerator,
    placed.denominator,
    indicators.unit,
    cast(indicators.decimals as integer) as decimals,
    placed.obs_status,
    placed.conf_status,
    placed.missing_reason,
    placed.grade,
    placed.estimated_share,
    placed.from_codes,
    placed.numerator_dataset,
    placed.denominator_dataset,
    placed.known_from,
    cast(gebietsstand as date) as gebietsstand
from placed
inner join versions as areas on placed.area_key = areas.area_key
inner join indicators on placed.indicator_id = indicators.indicator_id
