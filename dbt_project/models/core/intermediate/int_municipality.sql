{#-
  The Gemeinden and associations that the table of inhabitants prints: which of them a register knows, and between which
  year-ends the table has figures for them. A Gemeinde without a figure on one day and with one on the next began between
  the two; the day is not on record there, and the reform is taken to have come with the new year. A town of which the
  history of areas says that it is only reported by itself from a day on was there before. One that is in no register
  ended before the first register at hand.
-#}
with inhabitants as (

    select * from {{ ref('stg_regionalstatistik__12411_01_01_5') }}
    where sex = '_T'

),

reported as (

    select area_code from {{ source('catalog', 'area_history') }}
    where change_kind = 'reported'

),

register as (

    select * from {{ ref('stg_destatis__gv_isys') }}

),

earlier_register as (

    select * from {{ ref('stg_destatis__gv100ad') }}

),

ars_register as (

    select * from {{ ref('stg_destatis__regionalschluessel_xoev') }}

),

census as (

    select * from {{ ref('stg_zensus__zensus2022_bevoelkerung') }}

),

registered as (

    select distinct {{ key_of_register('area_code') }} as municipal_key
    from (
        select area_code from register
        union
        select area_code from earlier_register
        union
        select area_code from ars_register
        union
        select area_code from census
    ) as listed
    where length(area_code) in (9, 12)

),

printed as (

    select
        {{ municipal_key('area_code') }} as municipal_key,
        reference_date,
        arg_max(area_name, known_from) as area_name,
        bool_or(coalesce(value > 0, raw_symbol is distinct from '-')) as is_filled,
        max(value) as persons
    from inhabitants
    where {{ municipal_key('area_code') }} is not null
    group by all

),

spans as (

    select
        municipal_key,
        arg_max(area_name, reference_date) as area_name,
        min(reference_date) filter (is_filled) as first_filled,
        max(reference_date) filter (is_filled) as last_filled,
        max(reference_date) as last_printed,
        arg_min(persons, reference_date) filter (is_filled) as first_persons,
        arg_max(persons, reference_date) filter (is_filled) as last_persons
    from printed
    group by municipal_key

),

blanks as (

    select printed.municipal_key, max(printed.reference_date) as last_blank
    from printed
    inner join spans on printed.municipal_key = spans.municipal_key
    where
        printed.reference_date < spans.first_filled
        and printed.municipal_key not in (select reported.area_code from reported)
    group by printed.municipal_key

),

first_register as (

    select min(stated_on) as stated_on
    from (select stated_on from register union select stated_on from earlier_register) as editions

)

select
    spans.municipal_key,
    case when length(spans.municipal_key) = 9 then 'GEMEINDEVERBAND' else 'GEMEINDE' end as area_level,
    trim(spans.area_name) as area_name,
    registered.municipal_key is not null as is_registered,
    cast(blanks.last_blank + interval '1' day as date) as valid_from,
    case
        when registered.municipal_key is not null then null
        when spans.last_filled < spans.last_printed then cast(spans.last_filled + interval '1' day as date)
        when first_register.stated_on > spans.last_printed then first_register.stated_on
    end as valid_to,
    spans.first_filled,
    spans.last_filled,
    spans.first_persons,
    spans.last_persons
from spans
cross join first_register
left join registered on spans.municipal_key = registered.municipal_key
left join blanks on spans.municipal_key = blanks.municipal_key
where spans.first_filled is not null
