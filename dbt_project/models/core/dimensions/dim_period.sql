{#- A calendar, not what happens to be loaded: loading a new year leaves the dimension and its readers as they are. -#}
with days as (

    select cast(day as date) as day
    from generate_series(date '1980-01-01', date '2045-12-31', interval 1 day) as calendar(day)

),

months as (

    select day as month_start from days where day(day) = 1

),

years as (

    select cast(year as integer) as year from generate_series(1980, 2045) as calendar(year)

)

select
    'D' || strftime(day, '%Y-%m-%d') as period_key,
    'stock' as period_type,
    strftime(day, '%d.%m.%Y') as period_label,
    day as reference_date,
    day as period_start,
    day as period_end,
    cast(null as varchar) as school_year
from days

union all

select
    'M' || strftime(month_start, '%Y-%m'),
    'flow_month',
    strftime(month_start, '%m/%Y'),
    last_day(month_start),
    month_start,
    last_day(month_start),
    null
from months

union all

select
    'H' || year(month_start) || '-' || case when month(month_start) = 1 then 1 else 2 end,
    'flow_half_year',
    case when month(month_start) = 1 then '1' else '2' end || '. Halbjahr ' || year(month_start),
    cast(last_day(month_start + interval 5 month) as date),
    month_start,
    cast(last_day(month_start + interval 5 month) as date),
    null
from months
where month(month_start) in (1, 7)

union all

select
    'Y' || year,
    'flow_year',
    cast(year as varchar),
    make_date(year, 12, 31),
    make_date(year, 1, 1),
    make_date(year, 12, 31),
    null
from years

union all

select
    'S' || year,
    'school_year',
    year || '/' || lpad(cast((year + 1) % 100 as varchar), 2, '0'),
    make_date(year + 1, 7, 31),
    make_date(year, 8, 1),
    make_date(year + 1, 7, 31),
    year || '/' || lpad(cast((year + 1) % 100 as varchar), 2, '0')
from years
