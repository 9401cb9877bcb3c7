{#-
  People ahead whom a step of a need concerns, by area and year. Where their age group is the sum of groups that are projected
  apart, bounds add up as if all missed to the same side.
-#}
with projection as (

    select * from {{ ref('fct_projection') }}

),

steps as (

    select * from {{ source('catalog', 'need_steps') }}

),

sums as (

    select * from (values ('Y_LT6', 'Y_LT3'), ('Y_LT6', 'Y3T5'), ('Y_GE65', 'Y65T74'), ('Y_GE65', 'Y_GE75'))
        as sums(age_group_code, part_code)

),

parts as (

    select
        projection.scenario_id,
        projection.area_key,
        sums.age_group_code,
        projection.base_date,
        projection.dataset_id,
        projection.horizon_years,
        projection.reference_date,
        sum(projection.value) as value,
        case when count(projection.projection_lower) = 2 then sum(projection.projection_lower) end as projection_lower,
        case when count(projection.projection_upper) = 2 then sum(projection.projection_upper) end as projection_upper,
        max(projection.projection_method) as projection_method
    from projection
    inner join sums on projection.age_group_code = sums.part_code
    group by
        projection.scenario_id,
        projection.area_key,
        sums.age_group_code,
        projection.base_date,
        projection.dataset_id,
        projection.horizon_years,
        projection.reference_date
    having count(projection.value) = 2

),

people as (

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
        projection_method
    from projection

    union all

    select
        parts.scenario_id,
        parts.area_key,
        parts.age_group_code,
        parts.base_date,
        parts.dataset_id,
        parts.horizon_years,
        parts.reference_date,
        parts.value,
        parts.projection_lower,
        parts.projection_upper,
        parts.projection_method
    from parts

)

select
    steps.need_id,
    steps.step_code as need_step_code,
    steps.by_law,
    steps.offer_kind_code,
    people.scenario_id,
    people.area_key,
    people.age_group_code,
    people.base_date,
    people.dataset_id,
    people.horizon_years,
    people.reference_date,
    people.value as persons_count,
    people.projection_lower as persons_lower,
    people.projection_upper as persons_upper,
    people.projection_method
from people
inner join steps
    on people.age_group_code = steps.age_group_code
    and year(people.reference_date) between steps.from_year and steps.to_year
