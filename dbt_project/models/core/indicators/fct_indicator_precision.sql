{#-
  How sure an indicator's value is: interval, reliability, funnel against the next higher area, empirical-Bayes
  smoothing, and the change since the value before. Formulas and their sources stand in macros/small_numbers.sql.

  A fraction is the value without its unit: x of n. The ratio of two groups (odds) is treated as the share of the
  first in both. A percentage the publisher computed gets its denominator back from numerator and value. The
  publisher's rounding widens the interval: the lower limit holds for the smallest count that rounds to the
  numerator, the upper for the largest. The method of the interval is the indicator's, so that neighbours on both sides
  of 100 % are measured alike.

  Comparison with the next higher area. Plain limits ask whether an area differs by more than chance. Areas do differ,
  for more reasons than an indicator holds, so with many thousand people nearly all are "far" off. The published verdict
  asks whether an area stands out among the areas of its level: the limits are widened by what they differ anyway
  (Spiegelhalter 2005, macros/small_numbers.sql).

  Change. It is given against the value before when that is one interval of the statistic away; farther apart the distance
  is named and nothing is judged. Nor is it across a break of the register.
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

    select * from {{ ref('fct_indicator_break') }}

),

datasets as (

    select * from {{ ref('dim_dataset') }}

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
        computed.obs_status,
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
            else {{ interval_method('statistic') }}
        end as interval_method
    from counts

),

limits as (

    select
        *,
        case when interval_method <> 'none' then x / n end as fraction,
        case
            when interval_method = 'wilson' then {{ wilson_lower('least(greatest(x - rounding_slack, 0), n)', 'n') }}
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
        {{ exact_sum('x', 12) }} as sum_x,
        {{ exact_sum('n', 12) }} as sum_n,
        {{ exact_sum('n * fraction * fraction', 12) }} as sum_of_squares,
        max(interval_method) as pool_method
    from limits
    where interval_method <> 'none' and not is_backcast
    group by indicator_id, reference_date, area_level, reference_area_code

),

moments as (

    select
        *,
        sum_x / sum_n as pool_mean,
        sum_n / members as mean_n,
        sum_of_squares / sum_n - power(sum_x / sum_n, 2) as spread
    from pools

),

priors as (

    select
        *,
        pool_mean * case when pool_method = 'byar' then 1 else greatest(0, 1 - pool_mean) end as unit_variance,
        greatest(
            0,
            spread - pool_mean * case when pool_method = 'byar' then 1 else greatest(0, 1 - pool_mean) end / mean_n
        ) as between_variance
    from moments

),

compared as (

    select
        limits.*,
        reference.value as reference_value,
        reference.obs_status as reference_status,
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

deviating as (

    select
        *,
        case when pool_mean is not null then pool_mean + coalesce(smoothing_weight, 0) * (fraction - pool_mean) end
            as smoothed_fraction,
        case
            when reference_fraction is not null and n is not null
                then {{ expected_error('reference_fraction', 'n', 'interval_method') }}
        end as reference_error
    from compared

),

-- the areas of one level, each against its next higher one
funnel as (

    select
        indicator_id,
        reference_date,
        area_level,
        reference_error,
        (fraction - reference_fraction) / nullif(reference_error, 0) as z
    from deviating
    where reference_error > 0 and not is_backcast

),

tails as (

    select
        indicator_id,
        reference_date,
        area_level,
        quantile_cont(z, {{ winsorised_share() }}) as lowest_z,
        quantile_cont(z, 1 - {{ winsorised_share() }}) as highest_z
    from funnel
    group by indicator_id, reference_date, area_level

),

dispersions as (

    select
        funnel.indicator_id,
        funnel.reference_date,
        funnel.area_level,
        count(*) as areas_in_funnel,
        {{ exact_sum('power(greatest(least(funnel.z, tails.highest_z), tails.lowest_z), 2)', 12) }} / count(*)
            as overdispersion,
        {{ exact_sum('1 / power(funnel.reference_error, 2)') }} as sum_of_weights,
        {{ exact_sum('1 / power(funnel.reference_error, 4)') }} as sum_of_squared_weights
    from funnel
    inner join tails
        on funnel.indicator_id = tails.indicator_id
        and funnel.reference_date = tails.reference_date
        and funnel.area_level = tails.area_level
    group by funnel.indicator_id, funnel.reference_date, funnel.area_level

),

spreads as (

    select
        *,
        case
            when areas_in_funnel >= {{ least_areas_in_funnel() }}
                then {{ settled(between_areas_error(
                    'areas_in_funnel', 'overdispersion', 'sum_of_weights', 'sum_of_squared_weights'
                )) }}
        end as between_error
    from dispersions

),

funnelled as (

    select
        deviating.*,
        cast(spreads.areas_in_funnel as integer) as areas_in_funnel,
        {{ settled('spreads.overdispersion') }} as overdispersion,
        sqrt(power(deviating.reference_error, 2) + power(spreads.between_error, 2)) as spread_error
    from deviating
    left join spreads
        on deviating.indicator_id = spreads.indicator_id
        and deviating.reference_date = spreads.reference_date
        and deviating.area_level = spreads.area_level

),

-- back into the indicator's unit
scaled as (

    select
        *,
        scale * {{ in_unit('fraction_lower') }} as lower_limit,
        scale * {{ in_unit('fraction_upper') }} as upper_limit,
        scale * {{ in_unit(funnel_lower('reference_fraction', 'spread_error')) }} as funnel_lower,
        scale * {{ in_unit(funnel_upper('reference_fraction', 'spread_error', 'interval_method')) }} as funnel_upper,
        scale * {{ in_unit(funnel_lower('reference_fraction', 'reference_error')) }} as funnel_plain_lower,
        scale * {{ in_unit(funnel_upper('reference_fraction', 'reference_error', 'interval_method')) }} as funnel_plain_upper,
        scale * {{ in_unit('smoothed_fraction') }} as smoothed_value,
        scale * rounding_slack / nullif(denominator, 0) as rounding_error
    from funnelled

),

earlier as (

    select
        indicator_id,
        area_key,
        area_code,
        reference_date,
        lag(area_key) over series as previous_area_key,
        lag(reference_date) over series as previous_date,
        lag(obs_status) over series as previous_status,
        lag(value) over series as previous_value,
        lag(lower_limit) over series as previous_lower,
        lag(upper_limit) over series as previous_upper
    from scaled
    where value is not null
    window series as (partition by indicator_id, area_code order by reference_date)

),

-- the register parts two rows that follow each other; between two values there may be rows without one
broken as (

    select distinct
        earlier.indicator_id,
        earlier.area_key,
        earlier.reference_date
    from earlier
    inner join breaks
        on earlier.indicator_id = breaks.indicator_id
        and earlier.area_code = breaks.area_code
        and breaks.reference_date > earlier.previous_date
        and breaks.reference_date <= earlier.reference_date

),

-- how often the tables of the numerator appear; where one succeeded another the declared rhythm of the longer holds
rhythms as (

    select
        named.indicator_id,
        max({{ cadence_months('datasets.cadence') }}) as months
    from (select distinct indicator_id, numerator_dataset from computed) as named
    inner join datasets
        on contains(', ' || named.numerator_dataset || ', ', ', ' || datasets.dataset_id || ', ')
    group by named.indicator_id

),

stepped as (

    select
        earlier.*,
        {{ months_between('earlier.previous_date', 'earlier.reference_date') }} as months_since,
        {{ months_between('earlier.previous_date', 'earlier.reference_date') }} <= rhythms.months as is_next
    from earlier
    left join rhythms on earlier.indicator_id = rhythms.indicator_id
    where earlier.previous_date is not null

),

changed as (

    select
        scaled.*,
        stepped.previous_date,
        round(stepped.months_since / 12.0, 2) as years_since_previous,
        stepped.previous_date is not null and not coalesce(stepped.is_next, false) as is_far,
        case when stepped.is_next then scaled.value - stepped.previous_value end as change,
        case
            when stepped.is_next
                then {{ difference_lower('stepped.previous_value', 'stepped.previous_upper', 'scaled.value', 'scaled.lower_limit') }}
        end as change_lower,
        case
            when stepped.is_next
                then {{ difference_upper('stepped.previous_value', 'stepped.previous_lower', 'scaled.value', 'scaled.upper_limit') }}
        end as change_upper,
        broken.indicator_id is not null or stepped.previous_area_key <> scaled.area_key as crosses_break,
        stepped.previous_status = 'U' as was_doubtful
    from scaled
    left join stepped
        on scaled.indicator_id = stepped.indicator_id
        and scaled.area_key = stepped.area_key
        and scaled.reference_date = stepped.reference_date
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
    {{ reliability('changed.value', 'changed.interval_method', 'changed.denominator', 'changed.minimum_denominator',
        'changed.obs_status') }}
        as reliability,
    changed.rounding_error,
    changed.reference_area_code,
    changed.reference_value,
    changed.funnel_lower,
    changed.funnel_upper,
    -- a doubtful figure says nothing about an area, however far it lies from others
    case
        when changed.obs_status = 'U' or changed.reference_status = 'U' then 'untested'
        else {{ funnel_verdict('changed.fraction', 'changed.reference_fraction', 'changed.spread_error') }}
    end as reference_verdict,
    changed.funnel_plain_lower,
    changed.funnel_plain_upper,
    case
        when changed.obs_status = 'U' or changed.reference_status = 'U' then 'untested'
        else {{ funnel_verdict('changed.fraction', 'changed.reference_fraction', 'changed.reference_error') }}
    end as reference_verdict_plain,
    case when changed.reference_error is not null then changed.areas_in_funnel end as areas_in_funnel,
    case when changed.reference_error is not null then changed.overdispersion end as overdispersion,
    {{ settled('changed.smoothed_value') }} as smoothed_value,
    case when changed.pool_mean is not null then coalesce({{ settled('changed.smoothing_weight') }}, 0) end
        as smoothing_weight,
    changed.previous_date,
    changed.years_since_previous,
    changed.change,
    changed.change_lower,
    changed.change_upper,
    case
        when changed.is_far then 'gap'
        when changed.change is null or changed.obs_status = 'U' or changed.was_doubtful then 'untested'
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
