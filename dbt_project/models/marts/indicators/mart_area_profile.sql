with indicators as (

    select * from {{ ref('indicator') }}

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

precision as (

    select * from {{ ref('fct_indicator_precision') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

newest as (

    select
        *,
        row_number() over (partition by indicator_id, area_key order by reference_date desc) = 1 as is_newest
    from computed
    where value is not null

),

-- place among the areas of the same level that have a value on the same day, counted once
placed as (

    select
        newest.*,
        percent_rank() over same_level as share_below,
        count(*) over (partition by indicator_id, reference_date, area_level) as areas_compared
    from newest
    where not is_backcast
    window same_level as (partition by indicator_id, reference_date, area_level order by value)

)

select
    placed.indicator_id,
    indicators.policy_field,
    indicators.name_de as indicator_name_de,
    indicators.name_en as indicator_name_en,
    indicators.question_de,
    indicators.how_to_read_de,
    indicators.how_not_to_read_de,
    placed.area_key,
    placed.area_code,
    placed.area_level,
    areas.area_name,
    placed.period_key,
    placed.reference_date,
    placed.value,
    indicators.unit,
    cast(indicators.decimals as integer) as decimals,
    indicators.direction,
    placed.obs_status,
    placed.conf_status,
    precision.lower_limit,
    precision.upper_limit,
    precision.reliability,
    precision.smoothed_value,
    precision.reference_area_code,
    reference_areas.area_name as reference_area_name,
    precision.reference_value,
    precision.reference_verdict,
    precision.reference_verdict_plain,
    precision.areas_in_funnel,
    precision.previous_date,
    precision.years_since_previous,
    precision.change,
    precision.change_verdict,
    case when placed.areas_compared >= 3 then 100 * placed.share_below end as areas_below_pct,
    cast(placed.areas_compared as integer) as areas_compared
from placed
inner join indicators on placed.indicator_id = indicators.indicator_id
inner join areas on placed.area_key = areas.area_key
inner join precision
    on placed.indicator_id = precision.indicator_id
    and placed.area_code = precision.area_code
    and placed.reference_date = precision.reference_date
left join areas as reference_areas
    on precision.reference_area_code = reference_areas.area_code
    and placed.reference_date >= reference_areas.valid_from
    and placed.reference_date < reference_areas.valid_to
where placed.is_newest
