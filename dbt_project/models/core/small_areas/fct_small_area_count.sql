{#-
  Confidential: true counts. Of each form the newest delivery of a year stands for the whole year, since what a form
  leaves out is zero.
-#}
with cells as (

    select
        dataset_id, snapshot_id, known_from, period_key, reference_date, area_code, measure_code, value,
        case
            when youth_support = 'S28' then 'COUNSELLING'
            when youth_support in ('S33', 'S34') then 'OUTSIDE_FAMILY'
            when youth_support = 'S35A' then 'INTEGRATION'
            when youth_support = 'S41' then 'YOUNG_ADULTS'
            else 'FAMILY_SUPPORT'
        end as support_group_code,
        age_group as age_group_code,
        sex as sex_code
    from {{ ref('stg_kommune__hilfen_zur_erziehung') }}
    where measure_code = 'cases_running'
    union all
    select
        dataset_id, snapshot_id, known_from, period_key, reference_date, area_code, measure_code, value,
        '_T', age_group, '_T'
    from {{ ref('stg_kommune__sgb2_kleinraeumig') }}
    where benefit = 'SGB2_RLB' and age_group <> '_T'
    union all
    select
        dataset_id, snapshot_id, known_from, period_key, reference_date, area_code, measure_code, value,
        '_T', age_group, sex
    from {{ ref('stg_kommune__bevoelkerung_kleinraeumig') }}

),

newest as (

    select dataset_id, period_key, arg_max(snapshot_id, (known_from, snapshot_id)) as snapshot_id
    from cells
    group by dataset_id, period_key

)

select
    cells.dataset_id,
    cells.snapshot_id,
    cells.known_from,
    cells.period_key,
    cells.reference_date,
    cells.area_code,
    cells.measure_code,
    cells.support_group_code,
    cells.age_group_code,
    cells.sex_code,
    cast(sum(cells.value) as double) as value,
    count(*) - count(cells.value) as unknown_count
from cells
inner join newest using (dataset_id, period_key, snapshot_id)
group by all
