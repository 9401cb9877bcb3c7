{#-
  Demand rates by projected area, step, age group and years: held (what the newest statistics say of the area or of the Kreis
  around it), by law (everybody), and those that the office names, each for the area and all below it. Of two of the office for
  one year the nearer one counts. Rates held and by law hold in all years. Age group _T: that of the step.
-#}
with projected as (

    select distinct area_key, area_code, area_level, base_date from {{ ref('fct_projection') }}

),

above as (

    select * from {{ ref('bridge_area_hierarchy') }}

),

steps as (

    select distinct need_id, step_code from {{ source('catalog', 'need_steps') }}
    where by_law

),

rates as (

    select * from {{ source('catalog', 'demand_rates') }}

),

statistics as (

    select * from {{ ref('int_need_statistic') }}

),

-- an area with itself and all areas above it
lines as (

    select area_key, area_code as named_code, area_level as named_level, 0 as distance from projected

    union all

    select projected.area_key, above.ancestor_code, above.ancestor_level, min(above.distance)
    from projected
    inner join above
        on projected.area_key = above.area_key
        and above.valid_from <= projected.base_date
        and projected.base_date < above.valid_to
    group by projected.area_key, above.ancestor_code, above.ancestor_level

),

-- leavers are counted where their school is, which says little of a part of a town
nearest as (

    select
        lines.area_key,
        statistics.*
    from lines
    inner join statistics on lines.named_code = statistics.area_code and lines.named_level = statistics.area_level
    where
        lines.distance = 0
        or (lines.named_level = 'KREIS' and statistics.need_step_code <> 'LEAVING')
    qualify
        lines.distance = min(lines.distance) over (
            partition by lines.area_key, statistics.need_id, statistics.need_step_code, statistics.age_group_code
        )

),

held as (

    select
        'held' as demand_id,
        need_id,
        need_step_code,
        branch_code,
        area_key,
        age_group_code,
        0 as from_year,
        9999 as to_year,
        rate,
        area_code as rate_area_code,
        reference_date as rate_date,
        dataset_id as rate_dataset_id,
        note
    from nearest

),

by_law as (

    select
        'law' as demand_id,
        steps.need_id,
        steps.step_code as need_step_code,
        '_T' as branch_code,
        projected.area_key,
        '_T' as age_group_code,
        0 as from_year,
        9999 as to_year,
        cast(1 as double) as rate,
        cast(null as varchar) as rate_area_code,
        cast(null as date) as rate_date,
        cast(null as varchar) as rate_dataset_id,
        cast(null as varchar) as note
    from projected
    cross join steps

),

years as (

    select distinct year(reference_date) as of_year from {{ ref('fct_projection') }}

),

named as (

    select
        rates.demand_id,
        rates.need_id,
        rates.step_code as need_step_code,
        rates.branch_code,
        lines.area_key,
        rates.age_group_code,
        years.of_year as from_year,
        years.of_year as to_year,
        rates.rate,
        rates.area_code as rate_area_code,
        rates.dated as rate_date,
        cast(null as varchar) as rate_dataset_id,
        rates.note
    from lines
    inner join rates on lines.named_code = rates.area_code
    inner join years on years.of_year between rates.from_year and rates.to_year
    qualify
        row_number() over (
            partition by
                rates.demand_id, rates.step_code, rates.branch_code, lines.area_key, rates.age_group_code, years.of_year
            order by lines.distance
        ) = 1

)

select * from held
union all
select * from by_law
union all
select * from named
