{#- A list that is complete for an area nobody knows would give no stock, and a facility outside its area a wrong one. -#}
with facilities as (

    select * from {{ ref('dim_facility') }}

),

above as (

    select * from {{ ref('bridge_area_hierarchy') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

inside as (

    select facilities.facility_key
    from facilities
    inner join above
        on facilities.area_key = above.area_key
        and facilities.covers_code = above.ancestor_code
        and above.valid_from <= facilities.reference_date
        and facilities.reference_date < above.valid_to

),

known as (

    select facilities.facility_key
    from facilities
    inner join areas
        on facilities.covers_code = areas.area_code
        and areas.valid_from <= facilities.reference_date
        and facilities.reference_date < areas.valid_to

)

select
    facilities.dataset_id,
    facilities.facility_id,
    coalesce(facilities.area_code, facilities.covers_code) as area_code,
    'Angebote: die Einrichtung liegt nicht in dem Gebiet, für das ihre Liste gilt, oder dieses Gebiet gibt es nicht' as what_de
from facilities
where
    facilities.facility_key not in (select facility_key from known)
    or (
        facilities.area_code <> facilities.covers_code
        and facilities.facility_key not in (select facility_key from inside)
    )
