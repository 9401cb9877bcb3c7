{#-
  Indicators over a municipality's own forms, for every area of its division. They are true and confidential, and so stay
  out of fct_indicator and of all that is made of it. What a delivered form does not list is zero; a code that a part of
  an indicator does not name is added up.
-#}
{% set own = indicator_forms() -%}
with {{ small_areas_shown(own.forms.values()) }},

indicators as (

    select * from {{ ref('indicator') }}
    where computed_by = 'forms'

),

parts as (

    select * from {{ ref('indicator_part') }}
    where indicator_id in (select indicator_id from indicators)

),

levels as (

    select * from {{ ref('indicator_area_level') }}

),

forms as (

    {%- for fact, dataset_id in own.forms.items() %}

    select '{{ fact }}' as fact, '{{ dataset_id }}' as dataset_id
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

sides as (

    select distinct parts.indicator_id, parts.role, parts.selection_id, forms.dataset_id
    from parts
    inner join forms on parts.fact = forms.fact

),

selections as (

    select distinct
        parts.selection_id,
        parts.part_no,
        parts.measure_code,
        parts.factor,
        forms.dataset_id,
        {% for dimension in own.dimensions -%}
        parts.{{ dimension }}_code{{ '' if loop.last else ',' }}
        {% endfor %}
    from parts
    inner join forms on parts.fact = forms.fact

),

leaf_sums as (

    select
        selections.selection_id,
        counts.area_code as leaf_code,
        counts.reference_date,
        sum(counts.value * selections.factor) as value,
        count(*) - count(counts.value) as unknown_cells
    from selections
    inner join counts
        on selections.dataset_id = counts.dataset_id
        and selections.measure_code = counts.measure_code
        {%- for dimension in own.dimensions %}
        and selections.{{ dimension }}_code in ('_T', counts.{{ dimension }}_code)
        {%- endfor %}
    group by selections.selection_id, counts.area_code, counts.reference_date

),

delivered as (

    select
        dataset_id,
        reference_date,
        any_value(period_key) as period_key,
        max(snapshot_id) as snapshot_id,
        max(known_from) as known_from
    from counts
    group by dataset_id, reference_date

),

-- a form of an earlier layout may lack a column: what it would have told is not known, and no zero
complete as (

    select wanted.selection_id, listed.reference_date
    from (
        select selection_id, dataset_id, measure_code, count(*) over (partition by selection_id) as measures
        from (select distinct selection_id, dataset_id, measure_code from selections) as one_each
    ) as wanted
    inner join (select distinct dataset_id, reference_date, measure_code from counts) as listed
        on wanted.dataset_id = listed.dataset_id and wanted.measure_code = listed.measure_code
    group by wanted.selection_id, listed.reference_date, wanted.measures
    having count(*) = wanted.measures

),

places as (

    select distinct area_key, area_code, area_name, area_level, edition, is_backcast, reference_date, leaf_codes
    from shown

),

-- amounts of a town stand under its own code
reached as (

    {{ leaves_below(with_areas=true) }}

),

-- a side of an indicator in an area on a day, when its form was handed in
summed as (

    select
        sides.indicator_id,
        sides.role,
        places.area_key,
        places.reference_date,
        any_value(delivered.dataset_id) as dataset_id,
        any_value(delivered.period_key) as period_key,
        any_value(delivered.snapshot_id) as snapshot_id,
        any_value(delivered.known_from) as known_from,
        case
            when coalesce(sum(leaf_sums.unknown_cells), 0) = 0 then coalesce(sum(leaf_sums.value), 0)
        end as value
    from sides
    inner join delivered on sides.dataset_id = delivered.dataset_id
    inner join complete
        on sides.selection_id = complete.selection_id
        and delivered.reference_date = complete.reference_date
    inner join places on delivered.reference_date = places.reference_date
    inner join reached on places.area_key = reached.area_key
    left join leaf_sums
        on sides.selection_id = leaf_sums.selection_id
        and reached.leaf_code = leaf_sums.leaf_code
        and places.reference_date = leaf_sums.reference_date
    group by sides.indicator_id, sides.role, places.area_key, places.reference_date

),

joined as (

    select
        numerators.indicator_id,
        places.*,
        numerators.period_key,
        numerators.value as numerator,
        denominators.value as denominator,
        indicators.denominator_date,
        case when indicators.denominator_date = 'none' then 1 else denominators.value end as divisor,
        denominators.indicator_id is not null as has_denominator,
        numerators.dataset_id as numerator_dataset,
        denominators.dataset_id as denominator_dataset,
        denominators.reference_date as denominator_day,
        numerators.snapshot_id,
        greatest(numerators.known_from, denominators.known_from) as known_from,
        indicators.multiplier,
        indicators.scale,
        indicators.statistic,
        indicators.minimum_denominator
    from summed as numerators
    inner join indicators on numerators.indicator_id = indicators.indicator_id
    inner join places
        on numerators.area_key = places.area_key and numerators.reference_date = places.reference_date
    left join summed as denominators
        on numerators.indicator_id = denominators.indicator_id
        and denominators.role = 'denominator'
        and numerators.area_key = denominators.area_key
        and denominators.reference_date = case indicators.denominator_date
            when 'year_before' then cast(numerators.reference_date - interval 1 year as date)
            when 'year_end' then make_date(year(numerators.reference_date), 12, 31)
            when 'year_end_before' then make_date(year(numerators.reference_date) - 1, 12, 31)
            else numerators.reference_date
        end
    where
        numerators.role = 'numerator'
        and exists (
            select 1
            from levels
            where
                levels.indicator_id = numerators.indicator_id
                and levels.area_level in ('SMALL_AREA', case when places.area_level = 'CITY' then 'JUGENDAMTSBEZIRK' end)
        )

),

valued as (

    select
        *,
        numerator / nullif(divisor, 0) * multiplier as value,
        numerator as x,
        divisor as n,
        case
            when numerator is null or statistic = 'none' or coalesce(divisor, 0) <= 0 then 'none'
            else {{ interval_method('statistic') }}
        end as interval_method
    from joined

)

select
    indicator_id,
    area_key,
    area_code,
    area_level,
    area_name,
    edition,
    is_backcast,
    period_key,
    reference_date,
    value,
    numerator,
    denominator,
    case when value is null then 'M' else 'A' end as obs_status,
    'N' as conf_status,
    case
        when value is not null then 'none'
        when numerator is null then 'unknown_or_confidential'
        when not has_denominator then 'not_handed_in'
        when denominator is null then 'unknown_or_confidential'
        else 'not_meaningful'
    end as missing_reason,
    scale * case interval_method
        when 'wilson' then {{ wilson_lower('least(x, n)', 'n') }}
        when 'byar' then {{ byar_lower('x', 'n') }}
    end as lower_limit,
    scale * case interval_method
        when 'wilson' then {{ wilson_upper('least(x, n)', 'n') }}
        when 'byar' then {{ byar_upper('x', 'n') }}
    end as upper_limit,
    interval_method,
    {{ reliability('value', 'interval_method', 'denominator', 'minimum_denominator') }} as reliability,
    numerator_dataset,
    denominator_dataset,
    denominator_day,
    snapshot_id,
    known_from,
    leaf_codes
from valued
