{#- What a facility offers to whom, with places where its list names them. -#}
with offers as (

    select * from {{ ref('int_offer') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

)

select
    offers.facility_key,
    offers.offer_kind_code,
    offers.target_group_code,
    offers.dataset_id,
    offers.snapshot_id,
    offers.reference_date,
    facilities.area_key,
    facilities.area_code,
    offers.places,
    offers.low_threshold_code,
    offers.opening,
    offers.partners,
    offers.source_line
from offers
inner join facilities on offers.facility_key = facilities.facility_key
