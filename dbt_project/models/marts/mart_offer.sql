{#- Facilities and offers in the neighbourhood as they are listed, each where it lies. -#}
with offers as (

    select * from {{ ref('fct_offer') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

areas as (

    select * from {{ ref('dim_area') }}

)

select
    offers.facility_key || ':' || offers.offer_kind_code || ':' || offers.target_group_code as offer_key,
    facilities.facility_name,
    facilities.provider,
    offers.offer_kind_code,
    offers.target_group_code,
    cast(offers.places as double) as places_count,
    offers.low_threshold_code,
    offers.opening,
    facilities.street,
    facilities.lat,
    facilities.lon,
    facilities.area_key,
    facilities.area_code,
    areas.area_name,
    facilities.area_level,
    facilities.located_by,
    facilities.covers_code,
    offers.partners,
    offers.reference_date,
    offers.dataset_id,
    offers.snapshot_id
from offers
inner join facilities on offers.facility_key = facilities.facility_key
left join areas on facilities.area_key = areas.area_key
