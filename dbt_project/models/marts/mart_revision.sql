{#- What a newer delivery of a dataset changed, summed up for people: how many cells, by how much, why, and the largest change. -#}
with revisions as (

    select * from {{ ref('fct_revision') }}

),

datasets as (

    select * from {{ ref('dim_dataset') }}

),

summed as (

    select
        fact,
        dataset_id,
        snapshot_before,
        snapshot_after,
        measure_code,
        cause,
        max(known_before) as known_before,
        min(known_after) as known_after,
        min(reference_date) as first_date,
        max(reference_date) as last_date,
        max(last_date_before) as last_date_before,
        count(*) as cells_count,
        count(distinct area_code) as areas_count,
        count(*) filter (difference > 0) as raised_count,
        count(*) filter (difference < 0) as lowered_count,
        count(*) filter (value_before is null and value_after is not null) as appeared_count,
        count(*) filter (value_before is not null and value_after is null) as vanished_count,
        avg(difference) as mean_difference,
        median(abs(difference_share)) as median_difference_share,
        arg_max(difference, abs(difference)) as largest_difference,
        arg_max(area_code, abs(difference)) as largest_area_code,
        arg_max(period_key, abs(difference)) as largest_period_key,
        arg_max(cell, abs(difference)) as largest_cell
    from revisions
    group by fact, dataset_id, snapshot_before, snapshot_after, measure_code, cause

)

select
    summed.fact,
    summed.dataset_id,
    datasets.title_de as dataset_title,
    summed.measure_code,
    summed.cause,
    summed.snapshot_before,
    summed.snapshot_after,
    summed.known_before,
    summed.known_after,
    summed.first_date,
    summed.last_date,
    case
        when summed.cause = 'new_period' and year(summed.first_date) - year(summed.last_date_before) > 1
            then year(summed.first_date) - year(summed.last_date_before) - 1
        else 0
    end as years_missing,
    summed.cells_count,
    summed.areas_count,
    summed.raised_count,
    summed.lowered_count,
    summed.appeared_count,
    summed.vanished_count,
    summed.mean_difference,
    summed.median_difference_share,
    summed.largest_difference,
    summed.largest_area_code,
    summed.largest_period_key,
    summed.largest_cell
from summed
inner join datasets on summed.dataset_id = datasets.dataset_id
