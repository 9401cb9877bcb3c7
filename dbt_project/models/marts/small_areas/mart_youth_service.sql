with {{ small_area_counts('hilfen-zur-erziehung', 'cases_running', ['support_group_code', 'sex_code']) }},

young as (

    select members.area_key, year(residents.reference_date) as year,
        case when count(*) = count(residents.value) then sum(residents.value) end as residents
    from {{ ref('fct_small_area_count') }} as residents
    inner join members on residents.area_code = members.leaf_code
    where
        residents.dataset_id = 'bevoelkerung-kleinraeumig'
        and residents.age_group_code in (
            'Y_LT3', 'Y3T5', 'Y6T8', 'Y9', 'Y10T11', 'Y12T13', 'Y14', 'Y15T17', 'Y18T20'
        )
    group by 1, 2

),

summed as (

    select
        shown.area_key,
        shown.period_key,
        codes.support_group_code,
        codes.sex_code,
        case when count(counts.area_code) = count(counts.value) then coalesce(sum(counts.value), 0) end as value
    from shown
    inner join codes on shown.period_key = codes.period_key
    inner join members on shown.area_key = members.area_key
    left join counts
        on members.leaf_code = counts.area_code
        and shown.period_key = counts.period_key
        and codes.support_group_code in ('_T', counts.support_group_code)
        and codes.sex_code in ('_T', counts.sex_code)
    group by all

)

select
    {{ small_area_place() }},
    summed.support_group_code,
    summed.sex_code,
    'cases_running' as measure_code,
    'Hilfen' as unit,
    cast(summed.value as double) as value,
    cast(young.residents as double) as residents_under_21_count,
    cast(1000 * summed.value / nullif(young.residents, 0) as double) as per_1000,
    {{ small_area_origin('hilfen-zur-erziehung') }}
from {{ summed_and_shown() }}
left join young on summed.area_key = young.area_key and year(shown.reference_date) = young.year
