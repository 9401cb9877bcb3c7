with snapshots as (

    select * from {{ ref('dim_snapshot') }}
    where status = 'accepted'

),

datasets as (

    select * from {{ ref('dim_dataset') }}

),

landed as (

    select dataset_id, min(period_min) as first_date, max(period_max) as newest_date
    from snapshots
    group by dataset_id

),

expected as (

    select landed.*, {{ next_date('landed.newest_date', 'datasets') }} as next_date
    from landed
    inner join datasets on landed.dataset_id = datasets.dataset_id

)

select
    expected.dataset_id,
    datasets.title_de,
    datasets.title_en,
    datasets.cadence,
    expected.first_date,
    expected.newest_date,
    expected.next_date,
    {{ due_on('expected.next_date', 'datasets') }} as due_on,
    datasets.successors
from expected
inner join datasets on expected.dataset_id = datasets.dataset_id
