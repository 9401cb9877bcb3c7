with register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

earlier_register as (

    select * from {{ ref('stg_destatis__gv100ad') }}

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

)

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
