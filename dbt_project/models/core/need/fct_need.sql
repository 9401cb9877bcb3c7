{#-
  People ahead, the places that they need at a demand rate, what there is, and the gap between, for every need and step. People
  count where they live, places where they lie.
-#}
with people as (

    select * from {{ ref('int_need_people') }}

),

demands as (

    select * from {{ ref('dim_demand') }}

),

rates as (

    select * from {{ ref('int_demand_rate') }}

),

stock as (

    select * from {{ ref('int_need_stock') }}

),

units as (

    select distinct need_id, step_code, unit from {{ source('catalog', 'need_steps') }}

),

rated as (

    select
        people.*,
        rates.demand_id,
        rates.branch_code,
        rates.rate,
        people.persons_count * rates.rate as value,
        people.persons_lower * rates.rate as need_lower,
        people.persons_upper * rates.rate as need_upper,
        rates.rate_area_code,
        rates.rate_date,
        rates.rate_dataset_id,
        rates.note
    from people
    inner join rates
        on people.need_step_code = rates.need_step_code
        and people.area_key = rates.area_key
        and case when people.need_id = 'school' then '_T' else people.age_group_code end = rates.age_group_code
        and year(people.reference_date) between rates.from_year and rates.to_year

),

-- where rates of two ages of the old are named, their sum is what places have to hold
of_all_old as (

    select
        need_id,
        need_step_code,
        by_law,
        offer_kind_code,
        scenario_id,
        area_key,
        'Y_GE65' as age_group_code,
        base_date,
        dataset_id,
        horizon_years,
        reference_date,
        sum(persons_count) as persons_count,
        sum(persons_lower) as persons_lower,
        sum(persons_upper) as persons_upper,
        max(projection_method) as projection_method,
        demand_id,
        branch_code,
        sum(value) / nullif(sum(persons_count), 0) as rate,
        sum(value) as value,
        sum(need_lower) as need_lower,
        sum(need_upper) as need_upper,
        max(rate_area_code) as rate_area_code,
        max(rate_date) as rate_date,
        max(rate_dataset_id) as rate_dataset_id,
        string_agg(note, '; ' order by age_group_code) as note
    from rated
    where need_id = 'care' and age_group_code in ('Y65T74', 'Y_GE75')
    group by
        need_id, need_step_code, by_law, offer_kind_code, scenario_id, area_key, base_date, dataset_id, horizon_years,
        reference_date, demand_id, branch_code
    having count(value) = 2 and count(need_lower) in (0, 2)

),

-- children in day care are asked for everywhere: where no statistics say how many, their need is missing and says so
unrated as (

    select people.*
    from people
    anti join rated
        on people.area_key = rated.area_key
        and people.need_step_code = rated.need_step_code
        and people.scenario_id = rated.scenario_id
        and people.reference_date = rated.reference_date
        and rated.demand_id = 'held'
    where people.need_id = 'childcare'

),

asked as (

    select * from rated

    union all

    select of_all_old.*
    from of_all_old
    anti join rated
        on of_all_old.area_key = rated.area_key
        and of_all_old.need_step_code = rated.need_step_code
        and of_all_old.demand_id = rated.demand_id
        and of_all_old.scenario_id = rated.scenario_id
        and of_all_old.reference_date = rated.reference_date
        and rated.age_group_code = 'Y_GE65'

    union all

    select *, 'held', '_T', null, null, null, null, null, null, null, null from unrated

),

beside as (

    select
        asked.*,
        stock.stock_kind,
        stock.stock_count,
        stock.facilities_count,
        stock.stock_date,
        stock.stock_dataset_id,
        stock.stock_source
    from asked
    left join stock
        -- places are not divided by the age of the old
        on case when asked.need_id <> 'care' or asked.age_group_code = 'Y_GE65' then asked.need_step_code end = stock.need_step_code
        and asked.branch_code = stock.branch_code
        and asked.area_key = stock.area_key
        and year(asked.reference_date) = stock.of_year

)

select
    beside.need_id,
    beside.need_step_code,
    beside.branch_code,
    beside.scenario_id,
    beside.demand_id,
    demands.demand_label_de,
    demands.demand_label_en,
    demands.demand_source,
    beside.area_key,
    beside.age_group_code,
    beside.base_date,
    beside.horizon_years,
    beside.reference_date,
    beside.persons_count,
    beside.persons_lower,
    beside.persons_upper,
    beside.projection_method,
    100 * beside.rate as demand_rate_pct,
    beside.rate_area_code,
    beside.rate_date,
    beside.rate_dataset_id,
    beside.note as demand_note,
    beside.value,
    beside.need_lower,
    beside.need_upper,
    beside.stock_kind,
    beside.stock_count,
    beside.facilities_count,
    beside.stock_date,
    beside.stock_dataset_id,
    beside.stock_source,
    beside.value - beside.stock_count as gap,
    beside.need_lower - beside.stock_count as gap_lower,
    beside.need_upper - beside.stock_count as gap_upper,
    units.unit,
    beside.dataset_id,
    case when beside.value is null then 'M' else 'E' end as obs_status,
    'F' as conf_status,
    case
        when beside.persons_count is null then 'part_missing'
        when beside.rate is null then 'not_delivered'
        else 'none'
    end as missing_reason
from beside
inner join demands on beside.need_id = demands.need_id and beside.demand_id = demands.demand_id
inner join units on beside.need_id = units.need_id and beside.need_step_code = units.step_code
