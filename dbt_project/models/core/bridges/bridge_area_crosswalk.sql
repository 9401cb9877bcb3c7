{#-
  Where the people (and the square metres) of an area of one Gebietsstand live in another one: Kreise between all year-ends
  since 1990 (int_kreis_crosswalk), planning areas of Berlin across the reform of 2021, a town's own areas.

  Other areas than Kreise: steps. A step is one reform of one scheme with the parts that went from area to area. Steps are
  chained, forward with the share a part has in the area it came from, backward with its share in the area it went to. The
  people of a part are estimated from the density of the newer area (target density weighting, Schroeder 2007): parks and
  lakes that changed hands do not take people along. Without numbers of people the area counts.

  Only areas that a reform touches have rows, among them an unchanged area that receives a part of another one (itself,
  weight 1); an area without a row is unchanged.
-#}
with kreise as (

    select * from {{ ref('int_kreis_crosswalk') }}

),

years as (

    {{ crosswalk_years() }}

),

-- reforms of other areas: the size of each part in area and in people, for both directions
lor_parts as (

    select * from {{ ref('stg_berlin__lor_crosswalk_2006_2021') }}

),

lor_people as (

    select area_code, reference_date, max(value) as people
    from (
        select area_code, reference_date, value from {{ ref('stg_berlin__lor_population_derivative') }}
        where sex = '_T' and age_group = '_T' and nationality = '_T'
        union all
        select area_code, reference_date, value from {{ ref('stg_berlin__ewr_lor2021') }}
        where sex = '_T' and age_group = '_T' and measure_code = 'registered_persons'
    ) as counted
    group by area_code, reference_date

),

-- the first count after the reform; a planning area whose count is withheld has next to nobody
lor_density as (

    select
        sizes.to_code,
        coalesce(arg_min(lor_people.people, lor_people.reference_date), 0) / sizes.area as people_per_area
    from (select to_code, {{ exact_sum('part_area', 9) }} as area from lor_parts group by to_code) as sizes
    left join lor_people on sizes.to_code = lor_people.area_code and lor_people.reference_date >= date '2021-01-01'
    group by sizes.to_code, sizes.area

),

-- a town says which part of the residents of a former area went where; in square metres it says nothing
town_areas as (

    select * from {{ ref('stg_kommune__gebietsgliederung') }}

),

town_steps as (

    select
        town_areas.town_code as scheme,
        town_areas.scheme_from,
        town_areas.valid_from as step_date,
        regexp_extract(former, '[0-9A-Za-z]+') as from_code,
        town_areas.area_code as to_code,
        coalesce(try_cast(regexp_extract(former, '[(]([0-9.]+)[)]', 1) as double), 1) as share
    from (
        select *, unnest(string_split(former_codes, ',')) as former
        from (select *, min(valid_from) over (partition by town_code) as scheme_from from town_areas) as dated_areas
    ) as town_areas

),

steps as (

    select
        'LOR' as scheme,
        date '2006-08-01' as scheme_from,
        date '2021-01-01' as step_date,
        lor_parts.from_code,
        lor_parts.to_code,
        lor_parts.part_area,
        lor_parts.part_area * lor_density.people_per_area as part_people,
        true as has_sizes
    from lor_parts
    inner join lor_density on lor_parts.to_code = lor_density.to_code

    union all

    select scheme, scheme_from, step_date, from_code, to_code, share, share, false
    from town_steps

),

step_numbers as (

    select
        scheme,
        step_date,
        scheme_from,
        row_number() over (partition by scheme order by step_date) as step_number,
        lead(step_date, 1, date '9999-12-31') over (partition by scheme order by step_date) as next_date
    from (select scheme, step_date, min(scheme_from) as scheme_from from steps group by scheme, step_date) as found

),

-- edition n holds after step n, edition 0 before the first
moves as (

    select
        steps.scheme,
        step_numbers.step_number - 1 as from_edition,
        step_numbers.step_number as to_edition,
        steps.from_code,
        steps.to_code,
        {{ share('steps.part_area', 'steps.scheme, steps.step_date, steps.from_code', '1') }} as weight_area,
        {{ share('steps.part_people', 'steps.scheme, steps.step_date, steps.from_code', 'steps.part_area') }} as weight_population
    from steps
    inner join step_numbers on steps.scheme = step_numbers.scheme and steps.step_date = step_numbers.step_date

    union all

    select
        steps.scheme,
        step_numbers.step_number,
        step_numbers.step_number - 1,
        steps.to_code,
        steps.from_code,
        {{ share('steps.part_area', 'steps.scheme, steps.step_date, steps.to_code', '1') }},
        {{ share('steps.part_people', 'steps.scheme, steps.step_date, steps.to_code', 'steps.part_area') }}
    from steps
    inner join step_numbers on steps.scheme = step_numbers.scheme and steps.step_date = step_numbers.step_date
    -- how much of the new area each part is can be said only where its size is known
    where steps.has_sizes

),

-- the editions in which a code stands for an area
lives as (

    select
        scheme,
        code,
        case when min(ended) is null or min(born) < min(ended) then coalesce(min(born), 0) else 0 end as first_edition,
        case when max(born) is null or max(ended) > max(born) then coalesce(max(ended) - 1, 9999) else 9999 end
            as last_edition
    from (
        select steps.scheme, steps.to_code as code, step_numbers.step_number as born, null as ended
        from steps
        inner join step_numbers on steps.scheme = step_numbers.scheme and steps.step_date = step_numbers.step_date
        union all
        select steps.scheme, steps.from_code, null, step_numbers.step_number
        from steps
        inner join step_numbers on steps.scheme = step_numbers.scheme and steps.step_date = step_numbers.step_date
    ) as events
    group by scheme, code

),

paths as (

    with recursive walk as (

        select
            lives.scheme,
            directions.direction,
            editions.edition as first_edition,
            lives.code as first_code,
            editions.edition,
            lives.code,
            1.0::double as weight_area,
            1.0::double as weight_population
        from lives
        inner join (
            select distinct scheme, step_number as edition from step_numbers
            union
            select distinct scheme, 0 from step_numbers
        ) as editions
            on lives.scheme = editions.scheme
            and editions.edition between lives.first_edition and lives.last_edition
        cross join (values (1), (-1)) as directions (direction)

        union all

        -- by the step to the next edition; an area that no step touches goes on as itself
        select
            walk.scheme,
            walk.direction,
            walk.first_edition,
            walk.first_code,
            walk.edition + walk.direction,
            coalesce(moves.to_code, walk.code),
            walk.weight_area * coalesce(moves.weight_area, 1),
            walk.weight_population * coalesce(moves.weight_population, 1)
        from walk
        inner join (select scheme, max(step_number) as last_edition from step_numbers group by scheme) as ends
            on walk.scheme = ends.scheme
            and walk.edition + walk.direction between 0 and ends.last_edition
        left join moves
            on walk.scheme = moves.scheme
            and walk.edition = moves.from_edition
            and walk.edition + walk.direction = moves.to_edition
            and walk.code = moves.from_code
        inner join lives
            on walk.scheme = lives.scheme
            and coalesce(moves.to_code, walk.code) = lives.code
            and walk.edition + walk.direction between lives.first_edition and lives.last_edition

    )

    select * from walk
    where edition <> first_edition

),

step_pairs as (

    select
        scheme,
        first_edition as from_edition,
        edition as to_edition,
        first_code as from_code,
        code as to_code,
        {{ exact_sum('weight_population', 15) }} as weight_population,
        {{ exact_sum('weight_area', 15) }} as weight_area
    from paths
    group by scheme, first_edition, edition, first_code, code
    -- what went on as itself and received nothing is unchanged
    qualify
        from_code <> to_code
        or count(*) over (partition by scheme, from_edition, to_edition, to_code) > 1
        or count(*) over (partition by scheme, from_edition, to_edition, from_code) > 1

),

edition_years as (

    select step_numbers.scheme, step_numbers.step_number as edition, years.year
    from step_numbers
    inner join years
        on make_date(years.year, 12, 31) >= step_numbers.step_date
        and make_date(years.year, 12, 31) < step_numbers.next_date

    union all

    select step_numbers.scheme, 0, years.year
    from step_numbers
    inner join years
        on make_date(years.year, 12, 31) >= step_numbers.scheme_from
        and make_date(years.year, 12, 31) < step_numbers.step_date
    where step_numbers.step_number = 1

),

composed as (

    select
        from_years.year as from_year,
        step_pairs.from_code,
        to_years.year as to_year,
        step_pairs.to_code,
        step_pairs.weight_population,
        step_pairs.weight_area
    from step_pairs
    inner join edition_years as from_years
        on step_pairs.scheme = from_years.scheme and step_pairs.from_edition = from_years.edition
    inner join edition_years as to_years
        on step_pairs.scheme = to_years.scheme and step_pairs.to_edition = to_years.edition

),

graded as (

    select
        *,
        count(*) over (partition by from_year, to_year, from_code) as targets,
        count(*) over (partition by from_year, to_year, to_code) as origins
    from composed

)

select from_year, from_code, to_year, to_code, weight_population, weight_area, grade
from kreise

union all

select
    cast(from_year as integer),
    from_code,
    cast(to_year as integer),
    to_code,
    weight_population,
    weight_area,
    case
        when targets > 1 then 'estimated'
        when origins > 1 then 'merged'
        else 'exact'
    end
from graded
