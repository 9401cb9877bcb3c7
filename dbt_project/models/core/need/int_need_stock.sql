{#-
  What there is or is planned, by area, step and year: what the office says in its file of places, else places of lists of
  facilities where a list is complete for the area, else what the newest statistics count of the area itself. Places are those of
  all ages that a step concerns.
-#}
with projected as (

    select area_key, area_code, area_level, year(reference_date) as of_year
    from {{ ref('fct_projection') }}
    group by all

),

planned as (

    select * from {{ source('catalog', 'planned_places') }}

),

kinds as (

    select distinct need_id, step_code, offer_kind_code from {{ source('catalog', 'need_steps') }}
    where offer_kind_code is not null

),

listed as (

    select * from {{ ref('int_place_stock') }}
    where places_count is not null

),

statistics as (

    select * from {{ ref('int_need_statistic') }}

),

known as (

    select
        1 as position,
        planned.need_id,
        planned.step_code as need_step_code,
        planned.branch_code,
        projected.area_key,
        projected.of_year,
        'PLANNED' as stock_kind,
        cast(planned.places as double) as stock_count,
        cast(null as double) as facilities_count,
        planned.dated as stock_date,
        cast(null as varchar) as stock_dataset_id,
        concat_ws('; ', planned.source, planned.rule, planned.note) as stock_source
    from planned
    inner join projected
        on planned.area_code = projected.area_code
        and projected.of_year between planned.from_year and planned.to_year

    union all

    select
        2,
        kinds.need_id,
        kinds.step_code,
        '_T',
        projected.area_key,
        projected.of_year,
        'PLACES',
        cast(listed.places_count as double),
        cast(listed.facilities_count as double),
        listed.reference_date,
        listed.dataset_id,
        null
    from listed
    inner join kinds on listed.offer_kind_code = kinds.offer_kind_code
    inner join projected on listed.area_key = projected.area_key

    union all

    select
        3,
        statistics.need_id,
        statistics.need_step_code,
        statistics.branch_code,
        projected.area_key,
        projected.of_year,
        statistics.stock_kind,
        statistics.stock_count,
        null,
        statistics.stock_date,
        statistics.stock_dataset_id,
        null
    from statistics
    inner join projected
        on statistics.area_code = projected.area_code
        and statistics.area_level = projected.area_level

)

select
    need_id,
    need_step_code,
    branch_code,
    area_key,
    of_year,
    stock_kind,
    stock_count,
    facilities_count,
    stock_date,
    stock_dataset_id,
    stock_source
from known
qualify row_number() over (partition by need_step_code, branch_code, area_key, of_year order by position) = 1
