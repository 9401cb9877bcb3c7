{#-
  Kreise between all year-ends since 1990. The BBSR publishes factors from every year-end to 31.12.2020 (the pivot). From
  the pivot on, the reforms on record go on; all since then are mergers. Any other pair of year-ends goes through the
  pivot: forward with the factor, backward with the share the former Kreis had in the population (or area) of the pivot
  Kreis. A Kreis that is the same in both years never takes that way: it is itself. Published factors are rounded; they
  are scaled so that they sum to 1.

  Only Kreise that a reform touches have rows, among them an unchanged one that receives a part of another one (itself,
  weight 1); a Kreis without a row is unchanged.
-#}
with published as (

    select * from {{ ref('stg_bbsr__umsteigeschluessel_kreise_2020') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

scaled as (

    select
        from_year,
        from_code,
        to_year as pivot_year,
        to_code as pivot_code,
        weight_population / {{ exact_sum('weight_population', 15, 'partition by from_year, from_code') }} as weight_population,
        weight_area / {{ exact_sum('weight_area', 15, 'partition by from_year, from_code') }} as weight_area,
        part_population,
        part_area
    from published

),

pivot_codes as (

    select distinct pivot_year, pivot_code from scaled

),

newest_size as (

    select
        pivot_code,
        {{ exact_sum('part_population', 9) }} as part_population,
        {{ exact_sum('part_area', 9) }} as part_area
    from scaled
    where from_year = (select max(from_year) from scaled)
    group by pivot_code

),

years as (

    {{ crosswalk_years() }}

),

later_ends as (

    select
        history.area_code,
        history.successor_code,
        history.valid_to
    from history
    where
        history.area_level = 'KREIS'
        and history.successor_code is not null
        and history.valid_to > (select make_date(max(pivot_year), 12, 31) from pivot_codes)

),

-- what a pivot Kreis has become at the end of a later year: itself, or what it was merged into
after_pivot as (

    select
        years.year,
        pivot_codes.pivot_code,
        coalesce(later_ends.successor_code, pivot_codes.pivot_code) as code
    from pivot_codes
    cross join years
    left join later_ends
        on pivot_codes.pivot_code = later_ends.area_code
        and later_ends.valid_to <= make_date(years.year, 12, 31)
    where years.year >= pivot_codes.pivot_year

),

to_pivot as (

    select
        from_year as year,
        from_code as code,
        pivot_code,
        weight_population,
        weight_area,
        part_population,
        part_area
    from scaled

    union all

    select
        after_pivot.year,
        after_pivot.code,
        after_pivot.pivot_code,
        newest_size.part_population
        / {{ exact_sum('newest_size.part_population', 9, 'partition by after_pivot.year, after_pivot.code') }},
        newest_size.part_area
        / {{ exact_sum('newest_size.part_area', 9, 'partition by after_pivot.year, after_pivot.code') }},
        newest_size.part_population,
        newest_size.part_area
    from after_pivot
    inner join newest_size on after_pivot.pivot_code = newest_size.pivot_code

),

-- a Kreis whose way to the pivot is the same in two years is the same Kreis, unless its code had been given up between;
-- weights drift with the population
ways as (

    select
        year,
        code,
        string_agg(pivot_code, ',' order by pivot_code) as pivot_codes,
        count(*) as parts,
        year - row_number() over (partition by code order by year) as life
    from to_pivot
    group by year, code

),

unchanged as (

    select
        from_way.year as from_year,
        to_way.year as to_year,
        from_way.code
    from ways as from_way
    inner join ways as to_way
        on from_way.code = to_way.code
        and from_way.pivot_codes = to_way.pivot_codes
        and from_way.life = to_way.life
    where from_way.year <> to_way.year

),

changed_from as (

    select to_pivot.*, years.year as to_year
    from to_pivot
    cross join years
    left join unchanged
        on to_pivot.year = unchanged.from_year
        and years.year = unchanged.to_year
        and to_pivot.code = unchanged.code
    where unchanged.code is null and to_pivot.year <> years.year

),

ways_back as (

    select
        years.year as from_year,
        to_pivot.year as to_year,
        to_pivot.pivot_code,
        to_pivot.code,
        to_pivot.part_population,
        to_pivot.part_area,
        unchanged.code is not null as is_unchanged
    from to_pivot
    cross join years
    left join unchanged
        on years.year = unchanged.from_year
        and to_pivot.year = unchanged.to_year
        and to_pivot.code = unchanged.code
    where to_pivot.year <> years.year

),

-- what a changed Kreis brought into a pivot Kreis goes to the Kreise there that changed too; where none did, it is a
-- parcel of land that an unchanged Kreis received
open_ways as (

    select *
    from ways_back
    qualify is_unchanged = bool_and(is_unchanged) over (partition by from_year, to_year, pivot_code)

),

from_pivot as (

    select
        from_year,
        to_year,
        pivot_code,
        code,
        part_population / {{ exact_sum('part_population', 9, 'partition by from_year, to_year, pivot_code') }} as share_population,
        part_area / {{ exact_sum('part_area', 9, 'partition by from_year, to_year, pivot_code') }} as share_area
    from open_ways

),

kreis_pairs as (

    select
        changed_from.year as from_year,
        changed_from.code as from_code,
        changed_from.to_year,
        from_pivot.code as to_code,
        {{ exact_sum('changed_from.weight_population * from_pivot.share_population', 15) }} as weight_population,
        {{ exact_sum('changed_from.weight_area * from_pivot.share_area', 15) }} as weight_area
    from changed_from
    inner join from_pivot
        on changed_from.year = from_pivot.from_year
        and changed_from.to_year = from_pivot.to_year
        and changed_from.pivot_code = from_pivot.pivot_code
    group by changed_from.year, changed_from.code, changed_from.to_year, from_pivot.code

),

composed as (

    select from_year, from_code, to_year, to_code, weight_population, weight_area from kreis_pairs

    union all

    select distinct from_year, to_code, to_year, to_code, 1, 1
    from (
        select kreis_pairs.from_year, kreis_pairs.to_year, kreis_pairs.to_code
        from kreis_pairs
        inner join unchanged
            on kreis_pairs.from_year = unchanged.from_year
            and kreis_pairs.to_year = unchanged.to_year
            and kreis_pairs.to_code = unchanged.code
    ) as receiving

),

graded as (

    select
        composed.*,
        count(*) over (partition by composed.from_year, composed.to_year, composed.from_code) as targets,
        count(*) over (partition by composed.from_year, composed.to_year, composed.to_code) as origins,
        from_way.parts as parts_before,
        to_way.parts as parts_after,
        unchanged.code is not null as is_unchanged
    from composed
    inner join ways as from_way
        on composed.from_year = from_way.year and composed.from_code = from_way.code
    inner join ways as to_way
        on composed.to_year = to_way.year and composed.to_code = to_way.code
    left join unchanged
        on composed.from_year = unchanged.from_year
        and composed.to_year = unchanged.to_year
        and composed.from_code = unchanged.code
        and composed.to_code = unchanged.code

)

select
    cast(from_year as integer) as from_year,
    from_code,
    cast(to_year as integer) as to_year,
    to_code,
    weight_population,
    weight_area,
    case
        when is_unchanged then 'exact'
        when targets > 1 or (origins = 1 and parts_before + parts_after > 2) then 'estimated'
        when origins > 1 then 'merged'
        else 'exact'
    end as grade
from graded
