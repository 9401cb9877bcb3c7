{#-
  Demand rates by projected area, age group and years: held (children in day care of those who live there, by the newest
  statistics of the area or of the Kreis around it), and those that the office names, each for the area and all below it. Of two
  for one year the nearer one counts (`distance`). Held rates hold in all years.
-#}
with projected as (

    select distinct area_key, area_code, area_level, base_date from {{ ref('fct_projection') }}

),

above as (

    select * from {{ ref('bridge_area_hierarchy') }}

),

rates as (

    select * from {{ source('catalog', 'demand_rates') }}

),

indicators as (

    select
        case indicator_id when 'K01' then 'Y_LT3' when 'K02' then 'Y3T5' end as age_group_code,
        area_code,
        area_level,
        reference_date,
        numerator,
        denominator,
        numerator_dataset
    from {{ ref('fct_indicator') }}
    where indicator_id in ('K01', 'K02') and value is not null and denominator > 0

),

both_ages as (

    select
        'Y_LT6' as age_group_code,
        area_code,
        area_level,
        reference_date,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        min(numerator_dataset) as numerator_dataset
    from indicators
    group by area_code, area_level, reference_date
    having count(*) = 2

),

all_ages as (

    select * from indicators
    union all
    select * from both_ages

),

newest as (

    select *
    from all_ages
    qualify reference_date = max(reference_date) over (partition by age_group_code, area_level, area_code)

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

held as (

    select
        'held' as demand_id,
        lines.area_key,
        newest.age_group_code,
        0 as from_year,
        9999 as to_year,
        0 as distance,
        newest.numerator / newest.denominator as rate,
        newest.area_code as rate_area_code,
        newest.reference_date as rate_date,
        newest.numerator as children_in_care,
        lines.distance = 0 as is_own,
        newest.numerator_dataset as rate_dataset_id,
        cast(null as varchar) as note
    from lines
    inner join newest on lines.named_code = newest.area_code and lines.named_level = newest.area_level
    where lines.distance = 0 or lines.named_level = 'KREIS'
    qualify row_number() over (partition by lines.area_key, newest.age_group_code order by lines.distance) = 1

),

named as (

    select
        rates.demand_id,
        lines.area_key,
        rates.age_group_code,
        rates.from_year,
        rates.to_year,
        lines.distance,
        rates.rate,
        rates.area_code as rate_area_code,
        rates.dated as rate_date,
        cast(null as double) as children_in_care,
        false as is_own,
        cast(null as varchar) as rate_dataset_id,
        rates.note
    from lines
    inner join rates on lines.named_code = rates.area_code

)

select * from held
union all
select * from named
