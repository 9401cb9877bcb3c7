{#-
  How sure an indicator's value is: interval, reliability, funnel against the next higher area, empirical-Bayes
  smoothing, and the change since the value before. Formulas and their sources stand in macros/small_numbers.sql.

  A fraction is the value without its unit: x of n. The ratio of two groups (odds) is treated as the share of the
  first in both. A percentage the publisher computed gets its denominator back from numerator and value. The
  publisher's rounding widens the interval: the lower limit holds for the smallest count that rounds to the
  numerator, the upper for the largest.
-#}
with indicators as (

    select * from {{ ref('indicator') }}

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

breaks as (

    select * from {{ ref('indicator_break') }}

),

editions as (

    select * from {{ ref('indicator_edition') }}

),

-- the next higher area: Kreis to Land, Land to Germany; a city that is Land and Kreis at once to Germany
higher as (

    select
        areas.area_key,
        case
            when areas.area_level = 'LAND' or identity.kreis_code is not null then 'DG'
            when areas.area_level in ('REGBEZ', 'KREIS') then areas.land_code
            when areas.area_level in ('GEMEINDEVERBAND', 'GEMEINDE') then left(areas.area_code, 5)
            else areas.parent_area_code
        end as reference_area_code
    from areas
    left join identity on areas.area_code = identity.kreis_code

),

counts as (

    select
        computed.indicator_id,
        computed.area_key,
        computed.area_code,
        computed.area_level,
        computed.is_backcast,
        computed.reference_date,
        computed.value,
        indicators.statistic,
        indicators.scale,
        indicators.minimum_denominator,
        higher.reference_area_code,
        computed.rounding_slack,
        case when computed.value is not null and indicators.statistic <> 'none' then computed.numerator end as x,
        case
            when computed.value is null or indicators.statistic = 'none' then null
            when indicators.statistic = 'published_share'
                then computed.numerator / nullif(computed.value / indicators.scale, 0)
            else computed.denominator
        end as denominator
    from computed
    inner join indicators on computed.indicator_id = indicators.indicator_id
    inner join higher on computed.area_key = higher.area_key

),

fractions as (

    select
        *,
        case when statistic = 'odds' then x + denominator else denominator end as n,
        case
            when x is null or x < 0 or denominator is null or denominator <= 0 then 'none'
            when statistic = 'rate' or (statistic <> 'odds' and x > denominator) then 'byar'
            else 'wilson'
        end as interval_method
    from counts

),

limits as (

    select
        *,
        case when interval_method <> 'none' then x / n end as fraction,
        case
            when interval_method = 'wilson' then {{ wilson_lower('greatest(x - rounding_slack, 0)', 'n') }}
            when interval_method = 'byar' then {{ byar_lower('greatest(x - rounding_slack, 0)', 'n') }}
        end as fraction_lower,
        case
            when interval_method = 'wilson' then {{ wilson_upper('least(x + rounding_slack, n)', 'n') }}
            when interval_method = 'byar' then {{ byar_upper('(x + rounding_slack)', 'n') }}
        end as fraction_upper
    from fractions

),

-- moments of the areas of one level below the same higher area (Marshall 1991)
pools as (

    select
        indicator_id,
        reference_date,
        area_level,
        reference_area_code,
        count(*) as members,
        sum(x) / sum(n) as pool_mean,
        sum(n) / count(*) as mean_n,
        sum(n * fraction * fraction) / sum(n) - power(sum(x) / sum(n), 2) as spread,
        max(interval_method) as pool_method
    from limits
    where interval_method <> 'none' and not is_backcast
    group by indicator_id, reference_date, area_level, reference_area_code

),

priors as (

    select
        *,
        pool_mean * case when pool_method = 'byar' then 1 else greatest(0, 1 - pool_mean) end as unit_variance,
        greatest(
            0,
            spread - pool_mean * case when pool_method = 'byar' then 1 else greatest(0, 1 - pool_mean) end / mean_n
        ) as between_variance
    from pools

),

compared as (

    select
        limits.*,
        reference.value as reference_value,
        case
            when limits.interval_method <> 'none' and reference.interval_method <> 'none' then reference.fraction
        end as reference_fraction,
        -- not in the join, where DuckDB would compare every row with every pool
        case when limits.interval_method <> 'none' and priors.members >= 3 then priors.pool_mean end as pool_mean,
        case
            when limits.interval_method <> 'none'
                then priors.between_variance
                    / nullif(priors.between_variance + priors.unit_variance / limits.n, 0)
        end as smoothing_weight
    from limits
    left join limits as reference
        on limits.indicator_id = reference.indicator_id
        and limits.reference_area_code = reference.area_code
        and limits.reference_date = reference.reference_date
    left join priors
        on limits.indicator_id = priors.indicator_id
        and limits.reference_date = priors.reference_date
        and limits.area_level = priors.area_level
        and limits.reference_area_code = priors.reference_area_code

),

funnelled as (

    select
        *,
        case
            when reference_fraction is not null and n is not null
                then {{ expected_error('reference_fraction', 'n', 'interval_method') }}
        end as reference_error,
        case when pool_mean is not null then pool_mean + coalesce(smoothing_weight, 0) * (fraction - pool_mean) end
            as smoothed_fraction
    from compared

),

-- back into the indicator's unit
scaled as (

    select
        *,
        scale * {{ in_unit('fraction_lower') }} as lower_limit,
        scale * {{ in_unit('fraction_upper') }} as upper_limit,
        case
            when reference_error is not null
                then scale * {{ in_unit('greatest(0, reference_fraction - ' ~ z_95() ~ ' * reference_error)') }}
        end as funnel_lower,
        scale * {{ in_unit('(reference_fraction + ' ~ z_95() ~ ' * reference_error)') }} as funnel_upper,
        scale * {{ in_unit('smoothed_fraction') }} as smoothed_value,
        scale * rounding_slack / nullif(denominator, 0) as rounding_error
    from funnelled

),

earlier as (

    select
        indicator_id,
        area_key,
        reference_date,
        lag(reference_date) over series as previous_date,
        lag(value) over series as previous_value,
        lag(lower_limit) over series as previous_lower,
        lag(upper_limit) over series as previous_upper
    from scaled
    where value is not null
    window series as (partition by indicator_id, area_key order by reference_date)

),

broken as (

    select
        earlier.indicator_id,
        earlier.area_key,
        earlier.reference_date,
        count(*) as breaks_between
    from earlier
    inner join breaks
        on earlier.indicator_id = breaks.indicator_id
        and breaks.break_date > earlier.previous_date
        and breaks.break_date <= earlier.reference_date
    group by earlier.indicator_id, earlier.area_key, earlier.reference_date

),

changed as (

    select
        scaled.*,
        earlier.previous_date,
        scaled.value - earlier.previous_value as change,
        {{ difference_lower('earlier.previous_value', 'earlier.previous_upper', 'scaled.value', 'scaled.lower_limit') }}
            as change_lower,
        {{ difference_upper('earlier.previous_value', 'earlier.previous_lower', 'scaled.value', 'scaled.upper_limit') }}
            as change_upper,
        broken.breaks_between is not null as crosses_break
    from scaled
    left join earlier
        on scaled.indicator_id = earlier.indicator_id
        and scaled.area_key = earlier.area_key
        and scaled.reference_date = earlier.reference_date
    left join broken
        on scaled.indicator_id = broken.indicator_id
        and scaled.area_key = broken.area_key
        and scaled.reference_date = broken.reference_date

)

select
    changed.indicator_id,
    changed.area_key,
    changed.area_code,
    changed.reference_date,
    changed.lower_limit,
    changed.upper_limit,
    changed.interval_method,
    {{ reliability('changed.value', 'changed.interval_method', 'changed.denominator', 'changed.minimum_denominator') }}
        as reliability,
    changed.rounding_error,
    changed.reference_area_code,
    changed.reference_value,
    changed.funnel_lower,
    changed.funnel_upper,
    case
        when changed.reference_error is null then 'untested'
        when changed.fraction > changed.reference_fraction + {{ z_998() }} * changed.reference_error then 'far_above'
        when changed.fraction > changed.reference_fraction + {{ z_95() }} * changed.reference_error then 'above'
        when changed.fraction < changed.reference_fraction - {{ z_998() }} * changed.reference_error then 'far_below'
        when changed.fraction < changed.reference_fraction - {{ z_95() }} * changed.reference_error then 'below'
        else 'within_chance'
    end as reference_verdict,
    {{ settled('changed.smoothed_value') }} as smoothed_value,
    case when changed.pool_mean is not null then coalesce({{ settled('changed.smoothing_weight') }}, 0) end
        as smoothing_weight,
    changed.previous_date,
    changed.change,
    changed.change_lower,
    changed.change_upper,
    case
        when changed.change is null then 'untested'
        when changed.crosses_break then 'break'
        when changed.change_lower is null then 'untested'
        when changed.change_lower > 0 then 'up'
        when changed.change_upper < 0 then 'down'
        else 'within_chance'
    end as change_verdict,
    editions.edition_id as definition_edition
from changed
left join editions
    on changed.indicator_id = editions.indicator_id
    and changed.reference_date >= editions.valid_from
    and changed.reference_date < editions.valid_to
