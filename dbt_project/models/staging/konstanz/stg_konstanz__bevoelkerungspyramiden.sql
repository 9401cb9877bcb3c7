{#-
  The file prints years of age by sex and nationality and no sum; an empty field is nobody. Sums are made here, and the ages
  from 75 on put into the groups of the official tables. One row per sex, nationality and age of a year. A sum stands at the
  first line that goes into it.
-#}
with records as (

    select *, cast(regexp_extract(age, '^[0-9]+') as integer) as years
    from {{ source('konstanz', 'bevoelkerungspyramiden') }}

),

{{ of_catalogue('bevoelkerungspyramiden') }},

printed as (

    unpivot records
    on foreign_men, foreign_women, german_men, german_women
    into name who value persons_text

),

grouped as (

    select
        snapshot,
        time_text,
        line,
        cast(persons_text as integer) as persons,
        case when contains(who, '_men') then 'M' else 'F' end as sex,
        case when starts_with(who, 'german') then 'GERMAN' else 'FOREIGN' end as nationality,
        case who when 'foreign_men' then 2 when 'foreign_women' then 3 when 'german_men' then 4 else 5 end as column_no,
        case
            when years < 75 then 'Y' || years
            when years < 80 then 'Y75T79'
            when years < 85 then 'Y80T84'
            when years < 90 then 'Y85T89'
            else 'Y_GE90'
        end as age_group
    from printed

),

summed as (

    select
        snapshot,
        time_text,
        coalesce(sex, '_T') as sex,
        coalesce(nationality, '_T') as nationality,
        coalesce(age_group, '_T') as age_group,
        sum(persons) as persons,
        min(line) as line,
        min(column_no) as column_no
    from grouped
    group by grouping sets (
        (snapshot, time_text),
        (snapshot, time_text, sex),
        (snapshot, time_text, nationality),
        (snapshot, time_text, age_group),
        (snapshot, time_text, sex, nationality),
        (snapshot, time_text, sex, age_group),
        (snapshot, time_text, nationality, age_group),
        (snapshot, time_text, sex, nationality, age_group)
    )

),

dated as (

    select
        summed.*,
        snapshots.snapshot_id,
        coalesce(snapshots.published_at, snapshots.retrieved_at) as known_from,
        {{ reference_date('summed.time_text', 'dataset') }} as reference_date
    from summed
    inner join snapshots on summed.snapshot = snapshots.snapshot_id
    cross join dataset

)

select
    'bevoelkerungspyramiden' as dataset_id,
    snapshot_id,
    known_from,
    line,
    column_no,
    {{ period_key('reference_date', "'stock'") }} as period_key,
    reference_date,
    '08335043' as area_code,
    cast(null as varchar) as area_name,
    sex,
    age_group,
    nationality,
    'registered_persons' as measure_code,
    'Personen' as unit,
    cast(persons as double) as value,
    'A' as obs_status,
    'F' as conf_status,
    'none' as missing_reason,
    cast(null as varchar) as raw_symbol,
    cast(null as integer) as rounding_base
from dated
