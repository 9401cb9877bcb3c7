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
        is_backcast,
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
    group by indicator_id, to_code, is_backcast, reference_date

),

-- the office's own figures, on their Gebietsstand or without a way to it
own as not materialized (

    select
        staying.indicator_id,
        coalesce(staying.target_key, staying.area_key) as area_key,
        staying.area_code,
        staying.is_backcast and cast(gebietsstand as date) is null as is_backcast,
        staying.period_key,
        staying.reference_date,
        case when staying.target_key is not null then staying.value end as value,
        case when staying.target_key is not null then staying.numerator end as numerator,
        case when staying.target_key is not null then staying.denominator end as denominator,
        case when staying.target_key is not null then {{ status_rank('staying.obs_status') }} else 5 end as worst_rank,
        staying.conf_status,
        case when staying.target_key is not null then staying.missing_reason else 'not_convertible' end as missing_reason,
        case when staying.target_key is not null then 'exact' else 'not_convertible' end as grade,
        0.0 as estimated_share,
        staying.area_code as from_codes,
        staying.numerator_dataset,
        staying.denominator_dataset,
        staying.known_from,
        1 as rank
    from staying

),

-- what is made of cells: numerator and denominator stand for themselves
carried as not materialized (

    select
        converted.indicator_id,
        targets.area_key,
        converted.area_code,
        false as is_backcast,
        converted.period_key,
        converted.reference_date,
        case
            when converted.is_same then converted.value_before
            when makings.is_published_rate then null
            when makings.has_denominator
                then converted.numerator / nullif(converted.denominator, 0) * indicators.multiplier
            else converted.numerator * indicators.multiplier
        end as value,
        converted.numerator,
        converted.denominator,
        coalesce(converted.worst_rank, 1) as worst_rank,
        converted.conf_status,
        case
            when converted.is_same then converted.reason_before
            when makings.is_published_rate then 'not_convertible'
            when converted.numerator is null then 'part_missing'
            when makings.has_denominator and converted.denominator is null then 'part_missing'
            else 'not_meaningful'
        end as missing_reason,
        converted.grade,
        converted.estimated_share,
        converted.from_codes,
        converted.numerator_dataset,
        converted.denominator_dataset,
        converted.known_from,
        {{ rank_of_carried('converted') }} as rank
    from converted
    inner join targets on converted.area_code = targets.area_code
    inner join indicators on converted.indicator_id = indicators.indicator_id
    inner join makings on converted.indicator_id = makings.indicator_id

),

-- only where a reform sends something several rows can meet
from_cells as not materialized (

    select * from carried
    union all
    select own.*
    from own
    inner join makings on own.indicator_id = makings.indicator_id
    where own.area_code in (select to_code from origins)

),

-- where a table gives the numerator under the codes of the Gebietsstand and the denominator stands under those of its time
put_together as (

    select
        from_cells.indicator_id,
        any_value(targets.area_key) as area_key,
        from_cells.area_code,
        false as is_backcast,
        any_value(from_cells.period_key) as period_key,
        from_cells.reference_date,
        arg_min(from_cells.numerator, from_cells.rank) / nullif(arg_min(from_cells.denominator, from_cells.rank), 0)
        * any_value(indicators.multiplier) as value,
        arg_min(from_cells.numerator, from_cells.rank) as numerator,
        arg_min(from_cells.denominator, from_cells.rank) as denominator,
        coalesce(max(from_cells.worst_rank) filter (from_cells.worst_rank < 5), 1) as worst_rank,
        max(from_cells.conf_status) as conf_status,
        'not_meaningful' as missing_reason,
        case when bool_or(from_cells.grade = 'estimated') then 'estimated' else 'merged' end as grade,
        max(from_cells.estimated_share) as estimated_share,
        string_agg(distinct from_cells.from_codes, ', ') as from_codes,
        arg_min(from_cells.numerator_dataset, from_cells.rank) filter (from_cells.numerator is not null) as numerator_dataset,
        arg_min(from_cells.denominator_dataset, from_cells.rank) filter (from_cells.denominator is not null)
            as denominator_dataset,
        max(from_cells.known_from) as known_from,
        5 as rank
    from from_cells
    inner join targets on from_cells.area_code = targets.area_code
    inner join makings
        on from_cells.indicator_id = makings.indicator_id and makings.has_denominator and not makings.is_published_rate
    inner join indicators on from_cells.indicator_id = indicators.indicator_id
    group by from_cells.indicator_id, from_cells.area_code, from_cells.reference_date
    having count(from_cells.value) = 0 and count(from_cells.numerator) > 0 and count(from_cells.denominator) > 0

),

base as (

    select *
    from (
        select * from from_cells
        union all
        select * from put_together
    ) as candidates
    qualify row_number() over (
        partition by indicator_id, area_code, reference_date order by {{ own_figure_first() }}
    ) = 1

),

operands as (

    select * from base
    where indicator_id in (select unnest([operand_1, operand_2]) from indicators)

),

-- what is made of two others: each carried on its own, and put together after
from_others as (

    select
        converted.indicator_id,
        targets.area_key,
        converted.area_code,
        false as is_backcast,
        converted.period_key,
        converted.reference_date,
        case when converted.is_same then converted.value_before else {{ value_of_two() }} end as value,
        case when converted.is_same then converted.numerator else first_operand.value end as numerator,
        case when converted.is_same then converted.denominator else second_operand.value end as denominator,
        coalesce(
            case when converted.is_same then converted.worst_rank end,
            greatest(first_operand.worst_rank, second_operand.worst_rank),
            1
        ) as worst_rank,
        converted.conf_status,
        case
            when converted.is_same then converted.reason_before
            else coalesce({{ reason_of_two('missing_reason') }}, 'part_missing')
        end as missing_reason,
        case
            when converted.is_same then converted.grade
            when 'estimated' in (first_operand.grade, second_operand.grade) then 'estimated'
            else coalesce(first_operand.grade, converted.grade)
        end as grade,
        greatest(first_operand.estimated_share, second_operand.estimated_share, 0) as estimated_share,
        converted.from_codes,
        converted.numerator_dataset,
        converted.denominator_dataset,
        converted.known_from,
        {{ rank_of_carried('converted') }} as rank
    from converted
    inner join targets on converted.area_code = targets.area_code
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

    union all

    select own.*
    from own
    inner join indicators on own.indicator_id = indicators.indicator_id and indicators.computed_by = 'derived'
    where own.area_code in (select to_code from origins)

),

derived as (

    select * from from_others
    qualify row_number() over (
        partition by indicator_id, area_code, reference_date order by {{ own_figure_first() }}
    ) = 1

),

placed as (

    select * from own
    where area_code not in (select to_code from origins)
    union all
    select * from base
    union all
    select * from derived

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
    {{ converted_status('placed') }} as obs_status,
    placed.conf_status,
    case when placed.value is not null then 'none' else placed.missing_reason end as missing_reason,
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
