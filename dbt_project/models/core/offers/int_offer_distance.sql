{#-
  How far it is from each area that a list of facilities is complete for to the nearest facility with an offer: a straight line
  from a point within the outline of the area. Nothing for areas larger than a Kreis, and for those without an outline.
-#}
with stock as (

    select * from {{ ref('int_place_stock') }}

),

offers as (

    select * from {{ ref('fct_offer') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

points as (

    select * from {{ ref('int_area_point') }}

),

placed as (

    select distinct offers.dataset_id, offers.offer_kind_code, facilities.lat, facilities.lon
    from offers
    inner join facilities on offers.facility_key = facilities.facility_key
    where facilities.lat is not null

),

middles as (

    select areas.area_key, points.lat, points.lon
    from areas
    inner join points
        on areas.area_level = points.area_level
        and areas.area_code = points.area_code
        and areas.valid_from <= points.valid_on
        and points.valid_on < areas.valid_to

)

-- great circle by the haversine formula, on a sphere of 6,371 km
select
    stock.dataset_id,
    stock.offer_kind_code,
    stock.area_key,
    min(
        2 * 6371000 * asin(
            sqrt(
                power(sin(radians(placed.lat - middles.lat) / 2), 2)
                + cos(radians(middles.lat)) * cos(radians(placed.lat)) * power(sin(radians(placed.lon - middles.lon) / 2), 2)
            )
        )
    ) as nearest_m
from stock
inner join middles on stock.area_key = middles.area_key
inner join placed on stock.dataset_id = placed.dataset_id and stock.offer_kind_code = placed.offer_kind_code
where stock.area_level not in ('DE', 'LAND', 'REGBEZ')
group by stock.dataset_id, stock.offer_kind_code, stock.area_key
