{#-
  Population by age as the projection reads it: Kreise, and the small areas of a town, all within the boundaries of the newest
  edition of their level. What a reform moved in between is carried by the crosswalk. Figures rest on a census: those of the
  update until the next one takes effect, those of a census itself like the updates after it. The method of 2016 moved no level
  as a census does, so that a ratio may cross it. Two editions whose basis is not
  the same give no ratio, since it would take the census's correction for migration.
-#}
with figures as (

    select * from {{ ref('fct_population') }}
    where
        is_preferred
        and area_is_valid
        and value is not null
        and sex_code = '_T'
        and nationality_code = '_T'
        and measure_code in ('persons', 'persons_census', 'registered_persons')

),

ages as (

    -- 999 stands for no end; an age limit of the law is none
    select age_group_code, age_from, coalesce(age_to, 999) as age_to
    from {{ ref('dim_age_group') }}
    where age_from is not null and (age_group_code = '_T' or age_group_code like 'Y_GE%' or age_to is not null)

),

areas as (

    select * from {{ ref('dim_area') }}

),

above as (

    select * from {{ ref('bridge_area_hierarchy') }}

),

crosswalk as (

    select * from {{ ref('bridge_area_crosswalk') }}

),

breaks as (

    select effective_date from {{ source('catalog', 'breaks') }}
    where statistic_prefix = '12411' and area_prefix is null and break_id like 'census-%'

),

-- Kreise and what lies below them in a division of their own: of administrative areas no others have ages over time
counted as (

    select
        areas.area_level as panel,
        figures.dataset_id,
        figures.area_key,
        figures.area_code,
        figures.reference_date,
        figures.measure_code,
        ages.age_from,
        case when ages.age_group_code = '_T' then -1 else ages.age_to end as age_to,
        figures.value
    from figures
    inner join ages on figures.age_group_code = ages.age_group_code
    inner join areas on figures.area_key = areas.area_key
    where areas.area_level in ('KREIS', 'PLANUNGSRAUM')

),

newest as (

    select panel, max(reference_date) as base_date
    from counted
    where age_to between 0 and 16
    group by panel

),

dated as (

    select
        counted.*,
        newest.base_date,
        areas.valid_to > newest.base_date as is_of_today,
        year(counted.reference_date) - case when month(counted.reference_date) < 12 then 1 else 0 end as year_end,
        year(newest.base_date) as base_year
    from counted
    inner join newest on counted.panel = newest.panel and counted.reference_date <= newest.base_date
    inner join areas on counted.area_key = areas.area_key

),

placed as (

    select panel, base_date, dataset_id, reference_date, measure_code, age_from, age_to, area_code, value as persons
    from dated
    where is_of_today

    union all

    select
        dated.panel,
        dated.base_date,
        dated.dataset_id,
        dated.reference_date,
        dated.measure_code,
        dated.age_from,
        dated.age_to,
        crosswalk.to_code as area_code,
        dated.value * crosswalk.weight_population as persons
    from dated
    inner join crosswalk
        on dated.area_code = crosswalk.from_code
        and dated.year_end = crosswalk.from_year
        and dated.base_year = crosswalk.to_year
    where not dated.is_of_today

),

summed as (

    select
        panel,
        base_date,
        area_code,
        reference_date,
        measure_code,
        age_from,
        age_to,
        min(dataset_id) as dataset_id,
        {{ exact_sum('persons') }} as persons
    from placed
    group by panel, base_date, area_code, reference_date, measure_code, age_from, age_to

),

bases as (

    select dates.reference_date, count(breaks.effective_date) as basis
    from (select distinct reference_date from summed) as dates
    left join breaks on breaks.effective_date <= dates.reference_date
    group by dates.reference_date

),

parents as (

    select
        newest.panel,
        above.area_code,
        max(case when above.ancestor_level = 'KREIS' then above.ancestor_code end) as kreis_code,
        max(case when above.ancestor_level = 'LAND' then above.ancestor_code end) as land_code,
        arg_max(above.ancestor_code, above.distance)
            filter (where above.ancestor_level not in ('KREIS', 'REGBEZ', 'LAND', 'DE')) as district_code
    from above
    inner join newest
        on above.area_level = newest.panel
        and above.valid_from <= newest.base_date
        and newest.base_date < above.valid_to
    group by newest.panel, above.area_code

)

select
    summed.panel,
    summed.base_date,
    summed.area_code,
    case
        when summed.panel = 'KREIS' then coalesce(parents.land_code, summed.area_code)
        else coalesce(parents.district_code, parents.kreis_code, summed.area_code)
    end as parent_code,
    coalesce(parents.kreis_code, summed.area_code) as kreis_code,
    summed.reference_date,
    summed.measure_code,
    summed.dataset_id,
    case
        when summed.measure_code = 'registered_persons' then 0
        else bases.basis + case when summed.measure_code = 'persons_census' then 1 else 0 end
    end as basis,
    summed.measure_code = 'persons_census' as is_census,
    summed.age_from,
    summed.age_to,
    summed.persons
from summed
inner join bases on summed.reference_date = bases.reference_date
left join parents on summed.panel = parents.panel and summed.area_code = parents.area_code
