with published as (

    select * from {{ ref('stg_berlin__mss_planungsraeume') }}

),

ranked as (

    select
        *,
        row_number() over (partition by edition_year, area_code, component order by known_from desc, snapshot_id desc)
        = 1 as is_newest
    from published

)

select
    edition_year,
    area_code,
    area_name,
    component,
    value,
    case when value is null then 'M' else 'A' end as obs_status,
    case when value is null then 'unknown_or_confidential' else 'none' end as missing_reason,
    'mss-planungsraeume' as dataset_id,
    snapshot_id,
    source_line,
    known_from
from ranked
where is_newest
