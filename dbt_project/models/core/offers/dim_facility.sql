{#-
  Facilities, each in the smallest area that is known of it: the one that its list names, else that of the outline around its
  point. Of areas that hold on the day of the list the one with most areas above it is the smallest.
-#}
with offers as (

    select * from {{ ref('int_offer') }}

),

facilities as (

    select
        facility_key,
        any_value(dataset_id) as dataset_id,
        any_value(snapshot_id) as snapshot_id,
        any_value(reference_date) as reference_date,
        any_value(covers_code) as covers_code,
        any_value(facility_id) as facility_id,
        min(facility_name) as facility_name,
        min(provider) as provider,
        min(street) as street,
        min(area_code) as named_code,
        min(lat) as lat,
        min(lon) as lon
    from offers
    group by facility_key

),

areas as (

    select * from {{ ref('dim_area') }}

),

above as (

    select * from {{ ref('bridge_area_hierarchy') }}

),

points as (

    select * from {{ ref('int_facility_place') }}

),

depths as (

    select area_key, max(distance) as depth from above group by area_key

),

candidates as (

    select
        facilities.facility_key,
        areas.area_key,
        areas.area_code,
        areas.area_level,
        'code' as located_by,
        coalesce(depths.depth, 0) as depth
    from facilities
    inner join areas
        on facilities.named_code = areas.area_code
        and areas.valid_from <= facilities.reference_date
        and facilities.reference_date < areas.valid_to
    left join depths on areas.area_key = depths.area_key

    union all

    select
        facilities.facility_key,
        areas.area_key,
        areas.area_code,
        areas.area_level,
        'point' as located_by,
        coalesce(depths.depth, 0) as depth
    from facilities
    inner join points on facilities.facility_key = points.facility_key
    -- the outline must be one of the very version of the area that holds on the day of the list
    inner join areas
        on points.area_level = areas.area_level
        and points.area_code = areas.area_code
        and areas.valid_from <= points.valid_on
        and points.valid_on < areas.valid_to
        and areas.valid_from <= facilities.reference_date
        and facilities.reference_date < areas.valid_to
    left join depths on areas.area_key = depths.area_key
    where facilities.named_code is null

),

smallest as (

    select *
    from candidates
    qualify row_number() over (partition by facility_key order by depth desc, area_key) = 1

)

select
    facilities.facility_key,
    facilities.dataset_id,
    facilities.snapshot_id,
    facilities.reference_date,
    facilities.covers_code,
    facilities.facility_id,
    facilities.facility_name,
    facilities.provider,
    facilities.street,
    facilities.lat,
    facilities.lon,
    smallest.area_key,
    smallest.area_code,
    smallest.area_level,
    coalesce(smallest.located_by, 'none') as located_by
from facilities
left join smallest on facilities.facility_key = smallest.facility_key
