{#- Names and codes of the tables come by way of a list that landing keeps: a new edition of a table is no new register. -#}
with table_areas as (

    -- a code that stands for an area of another code is no area of its own
    select
        coalesce(aliases.area_code, names.area_code) as area_code,
        names.area_name,
        case when aliases.area_code is null then 1 else 3 end as name_rank
    from {{ source('catalog', 'area_names') }} as names
    left join {{ source('catalog', 'area_aliases') }} as aliases on names.area_code = aliases.table_code

    union all

    select area_code, area_name, 2 as name_rank from {{ ref('stg_zensus__zensus2022_bevoelkerung') }}

),

register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

earlier_register as (

    select * from {{ ref('stg_destatis__gv100ad') }}

),

lor as (

    select * from {{ ref('stg_berlin__lor_areas') }}

),

town_areas as (

    select * from {{ ref('stg_kommune__gebietsgliederung') }}

),

town_districts as (

    select * from {{ ref('stg_kommune__gebietszuordnung') }}

),

lor_crosswalk as (

    select * from {{ ref('stg_berlin__lor_crosswalk_2006_2021') }}

),

ars_register as (

    select * from {{ ref('stg_destatis__regionalschluessel_xoev') }}

),

geometry as (

    select * from {{ ref('stg_bkg__vg2500_krs') }}

),

outlines as (

    select * from {{ ref('dim_area_geometry') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

kreis_keys as (

    select * from {{ ref('stg_bbsr__umsteigeschluessel_kreise_2020') }}

),

kreis_crosswalk as (

    select * from {{ ref('int_kreis_crosswalk') }}

),

-- names of the conversion keys: cut off in some years, left out in one; a code may have been another Kreis before
kreis_names as (

    select
        from_code as area_code,
        coalesce(
            arg_max(from_name, length(from_name)),
            'Kreis ' || from_code || ' (Name nicht im Umsteigeschlüssel)'
        ) as area_name,
        max(from_year) as last_year,
        row_number() over (partition by from_code order by max(from_year) desc) = 1 as is_newest
    from (
        select *, from_year - row_number() over (partition by from_code order by from_year) as stretch
        from (select distinct from_code, from_name, from_year from kreis_keys) as yearly
    ) as stretches
    group by from_code, stretch

),

named as (

    select area_code, arg_min(area_name, name_rank) as area_name, 1 as name_rank
    from table_areas
    group by area_code

    union all

    select area_code, area_name, 3 as name_rank from register

    union all

    select area_code, area_name, 4 as name_rank from earlier_register

    union all

    select area_code, area_name, 5 as name_rank from ars_register

    union all

    select area_code, area_name || ', ' || area_type as area_name, 6 as name_rank from geometry

    union all

    select identity.kreis_code, arg_min(table_areas.area_name, table_areas.name_rank), 2 as name_rank
    from table_areas
    inner join identity on table_areas.area_code = identity.table_code
    group by identity.kreis_code

    union all

    -- Kreise that ended before any table or register at hand
    select area_code, area_name, 7 from kreis_names where is_newest

),

codes as (

    select
        area_code,
        -- the office prints two blanks in some names
        arg_min(regexp_replace(area_name, ' +', ' ', 'g'), name_rank) as area_name,
        case
            when area_code = 'DG' then 'DE'
            when length(area_code) = 2 then 'LAND'
            when length(area_code) = 3 then 'REGBEZ'
            when length(area_code) = 5 then 'KREIS'
            when length(area_code) = 8 and starts_with(area_code, '11') then 'BEZIRK'
            when length(area_code) = 8 then 'CITY_IN_KREIS'
            when length(area_code) = 9 then 'GEMEINDEVERBAND'
            -- quarters of the city states have a Kreis part of their own, or that of their town
            when length(area_code) = 12 and starts_with(area_code, '02') and area_code <> '020000000000' then 'ORTSTEIL'
            when length(area_code) = 12 and starts_with(area_code, '04011') and area_code <> '040110000000' then 'ORTSTEIL'
            when length(area_code) = 12 then 'GEMEINDE'
        end as code_level
    from named
    group by area_code

),

-- Gemeinden and their associations come and go between two editions of the register; the day is not on record there
editions as (

    select stated_on, area_code, area_level from earlier_register
    union
    select stated_on, area_code, area_level from register

),

edition_days as (

    select stated_on, lead(stated_on) over (order by stated_on) as next_on, row_number() over (order by stated_on) = 1 as is_first
    from (select distinct stated_on from editions) as days

),

seen as (

    select
        editions.area_code,
        min(editions.stated_on) as first_on,
        bool_or(edition_days.is_first) as since_first,
        bool_or(edition_days.next_on is null) as is_in_newest,
        arg_max(edition_days.next_on, editions.stated_on) as missing_on
    from editions
    inner join edition_days on editions.stated_on = edition_days.stated_on
    where editions.area_level in ('GEMEINDE', 'GEMEINDEVERBAND')
    group by editions.area_code

),

-- the same Gemeinde under another Regionalschlüssel has the same Gemeindeschlüssel (Kreis and Gemeinde part)
renumbered as (

    select before.area_code, after.area_code as successor_code
    from seen as before
    inner join seen as after
        on left(before.area_code, 5) = left(after.area_code, 5)
        and right(before.area_code, 3) = right(after.area_code, 3)
        and length(before.area_code) = 12
        and length(after.area_code) = 12
        and before.missing_on = after.first_on
    where not before.is_in_newest and not after.since_first

),

changes as (

    select
        area_code, area_level, valid_from, valid_to, successor_code, change_kind, legal_basis, further_successor_codes
    from history

    union all

    select
        seen.area_code,
        null,
        case when not seen.since_first then seen.first_on end,
        case when not seen.is_in_newest then seen.missing_on end,
        renumbered.successor_code,
        case when renumbered.successor_code is not null then 'recode' when seen.is_in_newest then 'created' else 'dissolved' end,
        case
            when seen.is_in_newest then 'zuerst im Gemeindeverzeichnis zum ' || strftime(seen.first_on, '%d.%m.%Y')
            else 'fehlt im Gemeindeverzeichnis zum ' || strftime(seen.missing_on, '%d.%m.%Y')
        end,
        null
    from seen
    left join renumbered on seen.area_code = renumbered.area_code
    where
        not (seen.since_first and seen.is_in_newest)
        -- where the reform is on record its day is known
        and seen.area_code not in (select history.area_code from history)

),

listed as (

    select
        codes.area_code,
        codes.area_name,
        coalesce(changes.area_level, codes.code_level) as area_level,
        coalesce(changes.valid_from, date '1900-01-01') as valid_from,
        coalesce(changes.valid_to, date '9999-12-31') as valid_to,
        changes.successor_code,
        changes.change_kind,
        changes.legal_basis
    from codes
    left join changes on codes.area_code = changes.area_code

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

    select area_code, year(day) as year, min(day) as day, any_value(legal_basis) as legal_basis
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

),

-- a code that had been given to another Kreis before
recorded as (

    select * from listed

    union all

    select
        listed.area_code,
        any_value(kreis_names.area_name),
        'KREIS',
        date '1900-01-01',
        min(listed.valid_from),
        null,
        null,
        null
    from listed
    inner join kreis_names on listed.area_code = kreis_names.area_code and not kreis_names.is_newest
    where listed.area_level = 'KREIS'
    group by listed.area_code
    having min(listed.valid_from) > make_date(max(kreis_names.last_year) + 1, 12, 31)

),

cuts as (

    select
        sides.area_code,
        coalesce(reform_days.day, make_date(sides.year, 12, 31)) as day,
        bool_or(sides.gave) as was_there,
        bool_or(sides.got) as is_there,
        arg_max(sides.other_code, sides.weight_population) filter (sides.gave) as successor_code,
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

),

pieces as (

    select
        recorded.area_code,
        points.day as valid_from,
        lead(points.day, 1, recorded.valid_to) over (
            partition by recorded.area_code, recorded.valid_from order by points.day
        ) as valid_to,
        recorded.* exclude (area_code, valid_from, valid_to),
        recorded.valid_from as recorded_from,
        recorded.valid_to as recorded_to
    from recorded
    inner join (
        select area_code, valid_from as recorded_from, valid_from as day from recorded
        union
        select recorded.area_code, recorded.valid_from, cuts.day
        from recorded
        inner join cuts
            on recorded.area_code = cuts.area_code
            and recorded.area_level = 'KREIS'
            and cuts.day > recorded.valid_from
            and cuts.day < recorded.valid_to
    ) as points
        on recorded.area_code = points.area_code and recorded.valid_from = points.recorded_from

),

-- a Kreis whose territory changes while its code stays has a version for each territory
versions as (

    select
        pieces.area_code,
        pieces.area_name,
        pieces.area_level,
        pieces.valid_from,
        pieces.valid_to,
        case when ended.day is not null then ended.successor_code else pieces.successor_code end as successor_code,
        case
            when ended.is_there then 'size'
            when ended.successors > 1 then 'split'
            when ended.is_merged then 'merge'
            when ended.day is not null then 'recode'
            when pieces.recorded_to < date '9999-12-31' or begun.day is null then pieces.change_kind
            when begun.was_there then 'size'
            else 'created'
        end as change_kind,
        coalesce(ended.legal_basis, pieces.legal_basis, begun.legal_basis) as legal_basis,
        begun.predecessor_codes as former_codes
    from pieces
    left join cuts as begun
        on pieces.area_code = begun.area_code and pieces.valid_from = begun.day and pieces.valid_from > pieces.recorded_from
    left join cuts as ended
        on pieces.area_code = ended.area_code and pieces.valid_to = ended.day and pieces.valid_to < pieces.recorded_to
    where coalesce(begun.is_there, true) and coalesce(ended.was_there, true)

),

placed as (

    select
        versions.*,
        case
            when versions.area_level = 'DE' then null
            when versions.area_level = 'LAND' then 'DG'
            when versions.area_level = 'REGBEZ' then left(versions.area_code, 2)
            when versions.area_level = 'KREIS'
                then coalesce(regbez.area_code, left(versions.area_code, 2))
            when versions.area_level = 'BEZIRK' then '11000'
            when versions.area_level = 'GEMEINDE' and gemeindeverband.area_code is not null then gemeindeverband.area_code
            else coalesce(kreis.area_code, city_state.kreis_code, left(versions.area_code, 2))
        end as parent_area_code
    from versions
    left join codes as regbez
        on left(versions.area_code, 3) = regbez.area_code and versions.area_level = 'KREIS'
    left join codes as gemeindeverband
        on left(versions.area_code, 9) = gemeindeverband.area_code and versions.area_level = 'GEMEINDE'
    left join codes as kreis on left(versions.area_code, 5) = kreis.area_code
    left join identity as city_state on left(versions.area_code, 2) = city_state.table_code

),

lor_changes as (

    select
        from_code,
        arg_max(to_code, weight_area) as successor_code,
        case
            when count(*) > 1 then 'split'
            when any_value(origins) > 1 then 'merge'
            else 'recode'
        end as change_kind
    from (select *, count(*) over (partition by to_code) as origins from lor_crosswalk) as counted
    group by from_code

),

lor_predecessors as (

    select to_code, string_agg(from_code, ', ' order by from_code) as predecessor_codes
    from lor_crosswalk
    group by to_code

),

town_successors as (

    select
        regexp_extract(former, '[0-9A-Za-z]+') as former_code,
        valid_from,
        count(*) as successors,
        arg_max(area_code, coalesce(try_cast(regexp_extract(former, '[(]([0-9.]+)[)]', 1) as double), 1)) as successor_code
    from (select area_code, valid_from, unnest(string_split(former_codes, ',')) as former from town_areas) as parts
    group by all

),

predecessors as (

    select successor_code, string_agg(distinct area_code, ', ' order by area_code) as predecessor_codes
    from (
        select area_code, successor_code from changes
        union all
        select area_code, unnest(string_split(further_successor_codes, ' ')) from changes
    ) as parts
    where successor_code is not null
    group by successor_code

),

all_areas as (

    select
        placed.* exclude (former_codes),
        case
            when placed.former_codes is not null then placed.former_codes
            when placed.valid_from > date '1900-01-01' then predecessors.predecessor_codes
        end as predecessor_codes
    from placed
    left join predecessors on placed.area_code = predecessors.successor_code

    union all

    select
        lor.area_code,
        lor.area_name,
        lor.area_level,
        lor.valid_from,
        lor.valid_to,
        lor_changes.successor_code,
        case
            when lor.edition = 'LOR_2006' then coalesce(lor_changes.change_kind, 'dissolved')
            else 'created'
        end,
        'Lebensweltlich orientierte Räume, Ausgabe ' || right(lor.edition, 4),
        case
            when length(lor.area_code) > 4 then left(lor.area_code, length(lor.area_code) - 2)
            else lor.bezirk_code
        end,
        lor_predecessors.predecessor_codes
    from lor
    left join lor_changes on lor.area_code = lor_changes.from_code and lor.edition = 'LOR_2006'
    left join lor_predecessors on lor.area_code = lor_predecessors.to_code and lor.edition = 'LOR_2021'

    union all

    select
        town_areas.area_code,
        town_areas.area_name,
        town_areas.area_level,
        town_areas.valid_from,
        town_areas.valid_to,
        town_successors.successor_code,
        case
            when town_successors.successor_code is not null then case when town_successors.successors > 1 then 'split' else 'merge' end
            when town_areas.former_codes is not null then 'created'
        end,
        'Gebietsgliederung der Kommune',
        coalesce(town_areas.parent_area_code, left(town_areas.area_code, 5)),
        regexp_replace(town_areas.former_codes, '[(][^)]*[)]', '', 'g')
    from town_areas
    left join town_successors
        on town_areas.area_code = town_successors.former_code
        and town_areas.valid_to = town_successors.valid_from

    union all

    select
        parent_area_code,
        any_value(parent_area_name),
        hierarchy,
        min(valid_from),
        max(valid_to),
        null,
        null,
        'Zuordnung der Kommune',
        left(parent_area_code, 5),
        null
    from town_districts
    group by hierarchy, parent_area_code

),

first_versions as (

    select area_level, area_code, min(valid_from) as valid_from from all_areas group by area_level, area_code

)

select
    all_areas.area_code || '@' || strftime(all_areas.valid_from, '%Y-%m-%d') as area_key,
    all_areas.area_code,
    all_areas.area_level,
    all_areas.area_name,
    all_areas.parent_area_code,
    case
        when all_areas.area_level = 'DE' then null
        when all_areas.area_level in ('PLANUNGSRAUM', 'BEZIRKSREGION', 'PROGNOSERAUM') then '11'
        else left(all_areas.area_code, 2)
    end as land_code,
    all_areas.valid_from,
    all_areas.valid_to,
    all_areas.successor_code,
    all_areas.predecessor_codes,
    all_areas.change_kind,
    all_areas.legal_basis,
    all_areas.area_code in (select register.area_code from register)
    or all_areas.area_code in (select ars_register.area_code from ars_register) as in_register,
    exists (
        select 1
        from outlines
        where
            outlines.area_level = all_areas.area_level
            and outlines.area_code = all_areas.area_code
            and outlines.valid_on < all_areas.valid_to
            -- one from before the first register that knows the code belongs to its first version
            and (
                outlines.valid_on >= all_areas.valid_from
                or all_areas.valid_from = first_versions.valid_from
            )
    ) as has_geometry,
    row_number() over (partition by all_areas.area_code order by all_areas.valid_to desc) = 1 as is_latest
from all_areas
inner join first_versions
    on all_areas.area_level = first_versions.area_level
    and all_areas.area_code = first_versions.area_code
