with codes as (

    select * from {{ ref('int_area_code') }}

),

changes as (

    select * from {{ ref('int_area_change') }}

),

kreis_names as (

    select * from {{ ref('int_kreis_name') }}

),

cuts as (

    select * from {{ ref('int_kreis_cut') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

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
        on pieces.area_code = begun.area_code
        and case when pieces.valid_from > pieces.recorded_from then pieces.valid_from end = begun.day
    left join cuts as ended
        on pieces.area_code = ended.area_code
        and case when pieces.valid_to < pieces.recorded_to then pieces.valid_to end = ended.day
    where coalesce(begun.is_there, true) and coalesce(ended.was_there, true)

),

-- joins by one value each: a condition on the left side alone would make DuckDB compare every pair
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
        on case when versions.area_level = 'KREIS' then left(versions.area_code, 3) end = regbez.area_code
    left join codes as gemeindeverband
        on case when length(versions.area_code) = 12 then left(versions.area_code, 9) end = gemeindeverband.area_code
    left join codes as kreis on left(versions.area_code, 5) = kreis.area_code
    left join identity as city_state on left(versions.area_code, 2) = city_state.table_code

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

)

select
    placed.* exclude (former_codes),
    case
        when placed.former_codes is not null then placed.former_codes
        when placed.valid_from > date '1900-01-01' then predecessors.predecessor_codes
    end as predecessor_codes
from placed
left join predecessors on placed.area_code = predecessors.successor_code
