with codes as (

    select * from {{ ref('int_area_code') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

kreis_crosswalk as (

    select * from {{ ref('int_kreis_crosswalk') }}

),

-- reforms on record: what ended, and each that took it over
takeovers as (

    select area_code, valid_to as day, successor_code, legal_basis
    from history
    where area_level = 'KREIS' and successor_code is not null

    union

    select area_code, valid_to, unnest(string_split(further_successor_codes, ' ')), legal_basis
    from history
    where area_level = 'KREIS'

),

reform_days as (

    select area_code, year(day) as year, min(day) as day, min(legal_basis) as legal_basis
    from (
        select area_code, day, legal_basis from takeovers
        union all
        select successor_code, day, legal_basis from takeovers
    ) as touched
    group by area_code, year(day)

),

-- Kreise whose territory, or whose code, is another one at a year-end than at the one before
transfers as (

    select to_year as year, from_code, to_code, weight_population
    from kreis_crosswalk
    where to_year = from_year + 1

    union all

    -- reforms on record that the keys do not reach
    select year(takeovers.day), takeovers.area_code, takeovers.successor_code, 1.0
    from takeovers
    where not exists (
        select 1 from kreis_crosswalk as known
        where
            known.to_year = year(takeovers.day)
            and known.from_year = known.to_year - 1
            and known.from_code = takeovers.area_code
    )

    union all

    select distinct year(takeovers.day), takeovers.successor_code, takeovers.successor_code, 1.0
    from takeovers
    inner join codes on takeovers.successor_code = codes.area_code
    left join history as founded
        on takeovers.successor_code = founded.area_code and takeovers.day = founded.valid_from
    where
        founded.area_code is null
        and not exists (
            select 1 from kreis_crosswalk as known
            where
                known.to_year = year(takeovers.day)
                and known.from_year = known.to_year - 1
                and known.from_code = takeovers.area_code
        )

)

select
    sides.area_code,
    coalesce(reform_days.day, make_date(sides.year, 12, 31)) as day,
    bool_or(sides.gave) as was_there,
    bool_or(sides.got) as is_there,
    -- of several that took over as much, always the same one
    first(sides.other_code order by sides.weight_population desc, sides.other_code) filter (sides.gave) as successor_code,
    string_agg(distinct sides.other_code, ', ' order by sides.other_code) filter (sides.got) as predecessor_codes,
    count(*) filter (sides.gave) as successors,
    bool_or(sides.gave and sides.shares_target) as is_merged,
    coalesce(
        any_value(reform_days.legal_basis),
        'Umsteigeschlüssel des BBSR: neuer Gebietsstand zum 31.12.' || any_value(sides.year)
    ) as legal_basis
from (
    select
        year, from_code as area_code, to_code as other_code, weight_population, true as gave, false as got,
        count(*) over (partition by year, to_code) > 1 as shares_target
    from transfers
    union all
    select year, to_code, from_code, weight_population, false, true, false
    from transfers
) as sides
left join reform_days on sides.area_code = reform_days.area_code and sides.year = reform_days.year
group by sides.area_code, sides.year, reform_days.day
-- what went whole into itself and received nothing has not changed
having not (count(*) = 2 and bool_and(sides.other_code = sides.area_code))
