with indicators as (

    select * from {{ ref('indicator') }}

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

precision as (

    select * from {{ ref('fct_indicator_precision') }}

),

breaks as (

    select
        indicator_id,
        area_code,
        reference_date,
        string_agg(distinct what_de, ' | ' order by what_de) as break_de,
        string_agg(distinct what_en, ' | ' order by what_en) as break_en
    from {{ ref('fct_indicator_break') }}
    group by indicator_id, area_code, reference_date

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    computed.indicator_id,
    indicators.name_de as indicator_name_de,
    indicators.name_en as indicator_name_en,
    indicators.policy_field,
    computed.area_key,
    computed.area_code,
    computed.area_level,
    areas.area_name,
    computed.is_backcast,
    computed.period_key,
    computed.reference_date,
    computed.value,
    computed.numerator,
    computed.denominator,
    indicators.unit,
    cast(indicators.decimals as integer) as decimals,
    computed.obs_status,
    computed.conf_status,
    computed.missing_reason,
    computed.rounding_base,
    computed.numerator_dataset,
    computed.denominator_dataset,
    precision.lower_limit,
    precision.upper_limit,
    precision.interval_method,
    precision.reliability,
    precision.rounding_error,
    precision.reference_area_code,
    reference_areas.area_name as reference_area_name,
    precision.reference_value,
    precision.funnel_lower,
    precision.funnel_upper,
    precision.reference_verdict,
    precision.funnel_plain_lower,
    precision.funnel_plain_upper,
    precision.reference_verdict_plain,
    precision.areas_in_funnel,
    precision.overdispersion,
    precision.smoothed_value,
    precision.smoothing_weight,
    precision.previous_date,
    precision.years_since_previous,
    precision.change,
    precision.change_lower,
    precision.change_upper,
    precision.change_verdict,
    breaks.break_de,
    breaks.break_en,
    precision.definition_edition,
    computed.known_from
from computed
inner join indicators on computed.indicator_id = indicators.indicator_id
inner join precision
    on computed.indicator_id = precision.indicator_id
    and computed.area_code = precision.area_code
    and computed.reference_date = precision.reference_date
inner join areas on computed.area_key = areas.area_key
left join breaks
    on computed.indicator_id = breaks.indicator_id
    and computed.area_code = breaks.area_code
    and computed.reference_date = breaks.reference_date
left join areas as reference_areas
    on precision.reference_area_code = reference_areas.area_code
    and computed.reference_date >= reference_areas.valid_from
    and computed.reference_date < reference_areas.valid_to
