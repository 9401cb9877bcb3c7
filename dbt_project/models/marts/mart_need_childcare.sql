{#-
  Children ahead, the places that they need at a demand rate, what there is today, and the gap between. What there is: places of
  lists of facilities where a list is complete for the area, else the children in day care of the newest statistics. Children
  count where they live, places where they lie.
-#}
with projection as (

    select * from {{ ref('fct_projection') }}

),

-- children under 6 of areas whose age groups stand apart; bounds add up as if both ages missed to the same side
both_ages as (

    select
        scenario_id,
        area_key,
        'Y_LT6' as age_group_code,
        base_date,
        dataset_id,
        horizon_years,
        reference_date,
        sum(value) as value,
        case when count(projection_lower) = 2 then sum(projection_lower) end as projection_lower,
        case when count(projection_upper) = 2 then sum(projection_upper) end as projection_upper,
        max(projection_method) as projection_method,
        max(obs_status) as obs_status
    from projection
    where age_group_code in ('Y_LT3', 'Y3T5')
    group by scenario_id, area_key, base_date, dataset_id, horizon_years, reference_date
    having count(value) = 2

),

children as (

    select
        scenario_id,
        area_key,
        age_group_code,
        base_date,
        dataset_id,
        horizon_years,
        reference_date,
        value,
        projection_lower,
        projection_upper,
        projection_method,
        obs_status
    from projection
    where age_group_code in ('Y_LT3', 'Y3T5', 'Y_LT6')

    union all

    select * from both_ages

),

demands as (

    select * from {{ ref('dim_demand') }}

),

rates as (

    select * from {{ ref('int_demand_rate') }}

),

stock as (

    select * from {{ ref('int_place_stock') }}
    where offer_kind_code = 'DAYCARE'

),

scenarios as (

    select * from {{ ref('dim_scenario') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

-- of two rates for one year the nearer one counts
asked as (

    select
        children.*,
        demands.demand_id,
        demands.demand_label_de,
        demands.demand_label_en,
        demands.demand_source,
        rates.rate,
        rates.rate_area_code,
        rates.rate_date,
        rates.note
    from children
    cross join demands
    left join rates
        on demands.demand_id = rates.demand_id
        and children.area_key = rates.area_key
        and children.age_group_code = rates.age_group_code
        and year(children.reference_date) between rates.from_year and rates.to_year
    -- the office's inputs speak of the areas and years that they name; held rates of all
    where rates.rate is not null or demands.demand_id = 'held'
    qualify
        row_number() over (
            partition by
                children.scenario_id, demands.demand_id, children.area_key, children.age_group_code, children.reference_date
            order by rates.distance
        ) = 1

),

cared_for as (

    select area_key, age_group_code, children_in_care, rate_date, rate_dataset_id
    from rates
    where demand_id = 'held' and is_own

),

beside as (

    select
        asked.*,
        case
            when asked.age_group_code = 'Y_LT6' and stock.places_count is not null then 'PLACES'
            when cared_for.children_in_care is not null then 'CHILDREN'
        end as stock_kind,
        case
            when asked.age_group_code = 'Y_LT6' and stock.places_count is not null then stock.places_count
            else cared_for.children_in_care
        end as stock_count,
        case
            when asked.age_group_code = 'Y_LT6' and stock.places_count is not null then stock.reference_date
            else cared_for.rate_date
        end as stock_date,
        case
            when asked.age_group_code = 'Y_LT6' and stock.places_count is not null then stock.dataset_id
            else cared_for.rate_dataset_id
        end as stock_dataset_id,
        case when asked.age_group_code = 'Y_LT6' then stock.facilities_count end as facilities_count
    from asked
    left join stock on asked.area_key = stock.area_key
    left join cared_for on asked.area_key = cared_for.area_key and asked.age_group_code = cared_for.age_group_code

)

select
    beside.scenario_id,
    scenarios.scenario_label_de,
    scenarios.scenario_label_en,
    beside.demand_id,
    beside.demand_label_de,
    beside.demand_label_en,
    beside.demand_source,
    beside.area_key,
    areas.area_code,
    areas.area_name,
    areas.area_level,
    beside.age_group_code,
    beside.base_date,
    beside.horizon_years,
    beside.reference_date,
    beside.value as children_count,
    beside.projection_lower as children_lower,
    beside.projection_upper as children_upper,
    beside.projection_method,
    100 * beside.rate as demand_rate_pct,
    beside.rate_area_code,
    beside.rate_date,
    beside.note as demand_note,
    beside.value * beside.rate as value,
    beside.projection_lower * beside.rate as need_lower,
    beside.projection_upper * beside.rate as need_upper,
    beside.stock_kind,
    cast(beside.stock_count as double) as stock_count,
    cast(beside.facilities_count as double) as facilities_count,
    beside.stock_date,
    beside.value * beside.rate - beside.stock_count as gap,
    beside.projection_lower * beside.rate - beside.stock_count as gap_lower,
    beside.projection_upper * beside.rate - beside.stock_count as gap_upper,
    'Plätze' as unit,
    beside.dataset_id,
    beside.stock_dataset_id,
    case when beside.value * beside.rate is null then 'M' else 'E' end as obs_status,
    'F' as conf_status,
    case
        when beside.value is null then 'part_missing'
        when beside.rate is null then 'not_delivered'
        else 'none'
    end as missing_reason
from beside
inner join scenarios on beside.scenario_id = scenarios.scenario_id
inner join areas on beside.area_key = areas.area_key
