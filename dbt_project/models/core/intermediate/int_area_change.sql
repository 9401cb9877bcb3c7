with register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

earlier_register as (

    select * from {{ ref('stg_destatis__gv100ad') }}

),

municipalities as (

    select * from {{ ref('int_municipality') }}

),

inhabitants_2021 as (

    select * from {{ ref('stg_regionalstatistik__gemeinden_population_2021_derivative') }}

),

census as (

    select * from {{ ref('stg_zensus__zensus2022_bevoelkerung') }}

),

counted as (

    select {{ municipal_key('area_code') }} as municipal_key, min(reference_date) as counted_on
    from inhabitants_2021
    where value > 0 and {{ municipal_key('area_code') }} is not null
    group by municipal_key

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

-- Gemeinden and their associations come and go between two editions of the register; the day is not on record there
editions as (

    select stated_on, area_code, area_level from earlier_register
    union
    select stated_on, area_code, area_level from register

),

edition_days as (

    select distinct stated_on from editions

),

bounds as (

    select min(stated_on) as first_day, max(stated_on) as newest_day from edition_days

),

-- who is listed on a day is there; who is not may only be missing in the list of the census, which has no uninhabited areas
listed as (

    select area_code, stated_on as listed_on, 'Gemeindeverzeichnis' as listed_in
    from editions
    where area_level in {{ municipal_levels() }}

    union all

    select area_code, reference_date, 'Zensus'
    from census
    where length(area_code) in (9, 12)

),

spans as (

    select
        area_code,
        min(listed_on) as first_on,
        arg_min(listed_in, listed_on) as first_in,
        max(listed_on) as last_on
    from listed
    group by area_code

),

seen as (

    select
        spans.area_code,
        spans.first_on,
        spans.first_in,
        spans.last_on,
        coalesce(spans.first_on <= bounds.first_day, true) as since_first,
        coalesce(spans.last_on >= bounds.newest_day, true) as is_in_newest,
        min(edition_days.stated_on) as missing_on
    from spans
    cross join bounds
    left join edition_days on spans.last_on < edition_days.stated_on
    group by all

),

-- the same Gemeinde under another Regionalschlüssel has the same Gemeindeschlüssel (Kreis and Gemeinde part)
renumbered as (

    select before.area_code, after.area_code as successor_code, after.first_on as renumbered_on, after.first_in
    from seen as before
    inner join seen as after
        on left(before.area_code, 5) = left(after.area_code, 5)
        and right(before.area_code, 3) = right(after.area_code, 3)
        and length(before.area_code) = 12
        and length(after.area_code) = 12
        and before.last_on < after.first_on
        and before.missing_on >= after.first_on
    where not before.is_in_newest
    qualify row_number() over (partition by before.area_code order by after.first_on, after.area_code) = 1

),

-- Kreise that took over a Kreis that ended
kreis_successors as (

    select area_code, successor_code from history where successor_code is not null
    union
    select area_code, unnest(string_split(further_successor_codes, ' ')) from history where further_successor_codes is not null

),

-- the same Gemeinde in a Kreis that took over its former one: it has the same name (without additions like ", Stadt") and
-- about as many inhabitants (a census may lie between, an incorporated neighbour adds more), and there is but one like it
moved as (

    select
        before.municipal_key as former_key,
        after.municipal_key,
        before.valid_to as renumbered_on
    from municipalities as before
    inner join kreis_successors on left(before.municipal_key, 5) = kreis_successors.area_code
    inner join municipalities as after
        on kreis_successors.successor_code = left(after.municipal_key, 5)
        and before.valid_to = after.valid_from
        and {{ name_without_additions('before.area_name') }} = {{ name_without_additions('after.area_name') }}
    where
        before.area_level = 'GEMEINDE'
        and after.area_level = 'GEMEINDE'
        and not before.is_registered
        and abs(after.first_persons - before.last_persons) <= greatest(0.15 * before.last_persons, 30)
    qualify
        count(*) over (partition by before.municipal_key) = 1
        and count(*) over (partition by after.municipal_key) = 1

),

-- the code of a Gemeinde as the areas have it: that of the register, where it has one
codes_of_moved as (

    select
        moved.former_key,
        moved.municipal_key,
        moved.renumbered_on,
        coalesce(arg_min(seen.area_code, seen.first_on), moved.municipal_key) as area_code
    from moved
    left join seen on moved.municipal_key = {{ key_of_register('seen.area_code') }} and length(seen.area_code) = 12
    group by moved.former_key, moved.municipal_key, moved.renumbered_on

)

select
    area_code, area_level, valid_from, valid_to, successor_code, change_kind, legal_basis, further_successor_codes
from history

union all

select
    seen.area_code,
    null,
    case
        when before.area_code is not null then seen.first_on
        when seen.since_first then municipalities.valid_from
        else least(seen.first_on, counted.counted_on)
    end,
    case when not seen.is_in_newest then coalesce(renumbered.renumbered_on, seen.missing_on) end,
    renumbered.successor_code,
    case
        when renumbered.successor_code is not null then 'recode'
        when not seen.is_in_newest then 'dissolved'
        when before.area_code is not null or here.area_code is not null then 'recode'
        else 'created'
    end,
    case
        when renumbered.successor_code is not null
            then 'unter neuem Schlüssel im ' || renumbered.first_in || strftime(renumbered.renumbered_on, ' zum %d.%m.%Y')
        when not seen.is_in_newest then 'fehlt im Gemeindeverzeichnis zum ' || strftime(seen.missing_on, '%d.%m.%Y')
        when here.area_code is not null
            then 'unter neuem Schlüssel in den Einwohnerzahlen zum ' || strftime(municipalities.first_filled, '%d.%m.%Y')
        when before.area_code is null and seen.since_first
            then 'zuerst in den Einwohnerzahlen zum ' || strftime(municipalities.first_filled, '%d.%m.%Y')
        when before.area_code is null and counted.counted_on < seen.first_on
            then 'zuerst in den Einwohnerzahlen zum ' || strftime(counted.counted_on, '%d.%m.%Y')
        when before.area_code is not null
            then 'unter neuem Schlüssel im ' || seen.first_in || strftime(seen.first_on, ' zum %d.%m.%Y')
        else 'zuerst im ' || seen.first_in || strftime(seen.first_on, ' zum %d.%m.%Y')
    end,
    null
from seen
left join renumbered on seen.area_code = renumbered.area_code
left join renumbered as before on seen.area_code = before.successor_code
left join codes_of_moved as here on seen.area_code = here.area_code
left join counted on {{ key_of_register('seen.area_code') }} = counted.municipal_key
left join municipalities on {{ key_of_register('seen.area_code') }} = municipalities.municipal_key
where
    not (
        seen.since_first and seen.is_in_newest and municipalities.valid_from is null and before.area_code is null
    )
    -- where the reform is on record its day is known
    and seen.area_code not in (select history.area_code from history)

union all

select
    municipalities.municipal_key,
    municipalities.area_level,
    municipalities.valid_from,
    municipalities.valid_to,
    gone.area_code,
    case
        when gone.area_code is not null then 'recode'
        when municipalities.valid_to is not null then 'dissolved'
        when here.area_code is not null then 'recode'
        else 'created'
    end,
    case
        when gone.area_code is not null
            then 'unter neuem Schlüssel seit den Einwohnerzahlen nach dem ' || strftime(municipalities.last_filled, '%d.%m.%Y')
        when municipalities.valid_to is not null
            then 'zuletzt in den Einwohnerzahlen zum ' || strftime(municipalities.last_filled, '%d.%m.%Y')
        when here.area_code is not null
            then 'unter neuem Schlüssel in den Einwohnerzahlen zum ' || strftime(municipalities.first_filled, '%d.%m.%Y')
        else 'zuerst in den Einwohnerzahlen zum ' || strftime(municipalities.first_filled, '%d.%m.%Y')
    end,
    null
from municipalities
left join codes_of_moved as gone on municipalities.municipal_key = gone.former_key
left join codes_of_moved as here on municipalities.municipal_key = here.area_code
where
    not municipalities.is_registered
    and (municipalities.valid_from is not null or municipalities.valid_to is not null)
