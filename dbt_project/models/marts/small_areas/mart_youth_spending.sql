{#- Amounts of a youth office as a whole, of years whose supports are counted too: they decide what may be shown. -#}
with supports as (

    select distinct period_key from {{ ref('fct_small_area_count') }}
    where dataset_id = 'hilfen-zur-erziehung'

),

counts as (

    select amounts.*
    from {{ ref('fct_small_area_count') }} as amounts
    inner join supports on amounts.period_key = supports.period_key
    where amounts.dataset_id = 'jugendhilfe-ausgaben'

),

towns as (

    select * from {{ ref('bridge_small_area') }}
    where area_level = 'CITY'

),

residents as (

    select
        reference_date,
        case when count(*) = count(value) then sum(value) end as residents
    from {{ ref('fct_small_area_count') }}
    where
        dataset_id = 'bevoelkerung-kleinraeumig'
        and age_group_code in ('Y_LT3', 'Y3T5', 'Y6T8', 'Y9', 'Y10T11', 'Y12T13', 'Y14', 'Y15T17', 'Y18T20')
    group by reference_date

),

places as (

    select
        years.period_key,
        years.reference_date,
        arg_max(towns.area_code, towns.edition_from) as area_code,
        arg_max(towns.area_name, towns.edition_from) as area_name
    from (select distinct period_key, reference_date from counts) as years
    inner join towns on towns.edition_from <= years.reference_date
    group by years.period_key, years.reference_date

),

groups as (

    select 'FAMILY_SUPPORT' as support_group_code, 'FAMILY_SUPPORT' as part_code
    {%- for code in ['COUNSELLING', 'OUTSIDE_FAMILY', 'INTEGRATION', 'YOUNG_ADULTS'] %}
    union all
    select '{{ code }}', '{{ code }}'
    {%- endfor %}
    {%- for code in ['FAMILY_SUPPORT', 'COUNSELLING', 'OUTSIDE_FAMILY', 'INTEGRATION', 'YOUNG_ADULTS'] %}
    union all
    select '_T', '{{ code }}'
    {%- endfor %}

),

summed as (

    select
        delivered.period_key,
        delivered.measure_code,
        groups.support_group_code,
        delivered.snapshot_id,
        delivered.known_from,
        case when count(counts.area_code) = count(counts.value) then coalesce(sum(counts.value), 0) end as value
    from (
        select period_key, measure_code, max(snapshot_id) as snapshot_id, max(known_from) as known_from
        from counts
        group by period_key, measure_code
    ) as delivered
    cross join groups
    left join counts
        on delivered.period_key = counts.period_key
        and delivered.measure_code = counts.measure_code
        and groups.part_code = counts.support_group_code
    group by all

)

select
    places.area_code,
    places.area_name,
    places.period_key,
    places.reference_date,
    summed.measure_code,
    summed.support_group_code,
    'EUR' as unit,
    cast(summed.value as double) as value,
    cast(residents.residents as double) as residents_under_21_count,
    cast(summed.value / nullif(residents.residents, 0) as double) as per_resident_eur,
    {{ small_area_status('summed.value') }},
    'jugendhilfe-ausgaben' as dataset_id,
    summed.snapshot_id,
    summed.known_from
from summed
inner join places on summed.period_key = places.period_key
left join residents on places.reference_date = residents.reference_date
