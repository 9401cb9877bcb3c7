{#-
  Offers by area and kind beside the people that they are for, with the straight line to the nearest one: from a point within the
  outline of the area to the facility. Only areas that a list of facilities is complete for.
-#}
with stock as (

    select * from {{ ref('int_place_stock') }}

),

offers as (

    select * from {{ ref('fct_offer') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

projection as (

    select * from {{ ref('fct_projection') }}
    where scenario_id = 'trend' and horizon_years = 0 and not is_within_group

),

-- ages of a target group; of groups without ages all who live there would be too many
ages as (

    select * from {{ ref('dim_target_age') }}

),

people as (

    select
        projection.area_key,
        ages.target_group_code,
        projection.reference_date as persons_date,
        sum(projection.value) as persons_count
    from projection
    inner join ages on projection.age_group_code = ages.age_group_code
    group by projection.area_key, ages.target_group_code, projection.reference_date, ages.parts
    having count(projection.value) = ages.parts

),

targets as (

    select
        dataset_id,
        offer_kind_code,
        case when count(distinct target_group_code) = 1 then min(target_group_code) else '_T' end as target_group_code
    from offers
    group by dataset_id, offer_kind_code

),

nearest as (

    select * from {{ ref('int_offer_distance') }}

)

select
    stock.dataset_id,
    stock.area_key,
    stock.area_code,
    areas.area_name,
    stock.area_level,
    stock.offer_kind_code,
    targets.target_group_code,
    stock.reference_date,
    cast(stock.facilities_count as double) as facilities_count,
    cast(stock.places_count as double) as places_count,
    people.persons_count,
    people.persons_date,
    round(1000 * stock.facilities_count / nullif(people.persons_count, 0), 2) as facilities_per_1000,
    round(100 * stock.places_count / nullif(people.persons_count, 0), 1) as places_per_100_persons,
    round(nearest.nearest_m) as nearest_m,
    case
        when people.persons_count is null then 'unknown'
        when people.persons_count > 0 and stock.facilities_count = 0 then 'without_offer'
        when people.persons_count > 0 then 'with_offer'
        else 'nobody'
    end as offer_state
from stock
inner join areas on stock.area_key = areas.area_key
inner join targets on stock.dataset_id = targets.dataset_id and stock.offer_kind_code = targets.offer_kind_code
left join people on stock.area_key = people.area_key and targets.target_group_code = people.target_group_code
left join nearest
    on stock.dataset_id = nearest.dataset_id
    and stock.offer_kind_code = nearest.offer_kind_code
    and stock.area_key = nearest.area_key
