{#-
  Places and offers of each kind by area: of the area that a list is complete for, and all areas below it. There an area
  without a facility has none; elsewhere nothing is known. What cannot be located counts for the area of the list only, and
  levels below it that not every located facility stands in are left out: of them nothing would be said truly.
-#}
with facilities as (

    select * from {{ ref('dim_facility') }}

),

offers as (

    select * from {{ ref('fct_offer') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

lists as (

    select distinct dataset_id, snapshot_id, reference_date, covers_code from facilities

),

-- hierarchies meet further up: each area above counts once
above as (

    select distinct
        lists.dataset_id,
        above.area_key,
        above.area_code,
        above.area_level,
        above.ancestor_key,
        above.ancestor_code
    from lists
    inner join {{ ref('bridge_area_hierarchy') }} as above
        on above.valid_from <= lists.reference_date and lists.reference_date < above.valid_to

),

covered as (

    select
        lists.dataset_id,
        lists.snapshot_id,
        lists.reference_date,
        areas.area_key,
        areas.area_code,
        areas.area_level,
        true as is_whole
    from lists
    inner join areas
        on lists.covers_code = areas.area_code
        and areas.valid_from <= lists.reference_date
        and lists.reference_date < areas.valid_to

    union

    select
        lists.dataset_id,
        lists.snapshot_id,
        lists.reference_date,
        above.area_key,
        above.area_code,
        above.area_level,
        false as is_whole
    from lists
    inner join above on lists.dataset_id = above.dataset_id and lists.covers_code = above.ancestor_code

),

at_levels as (

    select dataset_id, facility_key, area_level from facilities
    where area_key is not null

    union

    select facilities.dataset_id, facilities.facility_key, ancestors.area_level
    from facilities
    inner join above on facilities.dataset_id = above.dataset_id and facilities.area_key = above.area_key
    inner join {{ ref('dim_area') }} as ancestors on above.ancestor_key = ancestors.area_key

),

complete_levels as (

    select at_levels.dataset_id, at_levels.area_level
    from at_levels
    group by at_levels.dataset_id, at_levels.area_level
    having count(*) = (
        select count(*) from facilities where facilities.dataset_id = at_levels.dataset_id and facilities.area_key is not null
    )

),

kinds as (

    select distinct dataset_id, offer_kind_code from offers

),

-- an offer counts in its own area, in those above it, and in the area of its list
counted as (

    select offers.*, facilities.area_key as at_key
    from offers
    inner join facilities on offers.facility_key = facilities.facility_key

    union all

    select offers.*, above.ancestor_key as at_key
    from offers
    inner join above on offers.dataset_id = above.dataset_id and offers.area_key = above.area_key

)

select
    covered.dataset_id,
    covered.snapshot_id,
    covered.reference_date,
    covered.area_key,
    covered.area_code,
    covered.area_level,
    kinds.offer_kind_code,
    count(distinct counted.facility_key) as facilities_count,
    count(counted.facility_key) as offers_count,
    -- a facility that says nothing of places leaves the sum open
    case when count(counted.facility_key) = count(counted.places) then cast(coalesce(sum(counted.places), 0) as bigint) end as places_count
from covered
inner join kinds on covered.dataset_id = kinds.dataset_id
left join complete_levels
    on covered.dataset_id = complete_levels.dataset_id and covered.area_level = complete_levels.area_level
left join counted
    on covered.dataset_id = counted.dataset_id
    and kinds.offer_kind_code = counted.offer_kind_code
    and (covered.area_key = counted.at_key or (covered.is_whole and counted.at_key is null))
where covered.is_whole or complete_levels.area_level is not null
group by all
