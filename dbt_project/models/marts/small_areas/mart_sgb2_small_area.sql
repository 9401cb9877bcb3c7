with {{ small_area_counts('sgb2-kleinraeumig', 'persons', ['age_group_code']) }},

leaf_counts as (

    select area_code, period_key, age_group_code, value from counts where age_group_code <> '_T'
    union all
    -- the office knows its total also where it keeps a part secret
    select
        area_code,
        period_key,
        '_T',
        coalesce(
            max(value) filter (age_group_code = '_T'),
            case
                when count(*) filter (age_group_code <> '_T' and value is null) = 0
                    then sum(value) filter (age_group_code <> '_T')
            end
        )
    from counts
    group by area_code, period_key

),

summed as (

    select
        shown.area_key,
        shown.period_key,
        codes.age_group_code,
        case when count(leaf_counts.area_code) = count(leaf_counts.value) then coalesce(sum(leaf_counts.value), 0) end
            as value
    from shown
    inner join codes on shown.period_key = codes.period_key
    inner join members on shown.area_key = members.area_key
    left join leaf_counts
        on members.leaf_code = leaf_counts.area_code
        and shown.period_key = leaf_counts.period_key
        and codes.age_group_code = leaf_counts.age_group_code
    group by all

)

select
    {{ small_area_place() }},
    'SGB2_RLB' as benefit_code,
    summed.age_group_code,
    'persons' as measure_code,
    'Personen' as unit,
    cast(summed.value as double) as value,
    cast(100 * summed.value / nullif(whole.value, 0) as double) as share_pct,
    {{ small_area_origin('sgb2-kleinraeumig') }}
from {{ summed_and_shown() }}
left join summed as whole
    on summed.area_key = whole.area_key
    and summed.period_key = whole.period_key
    and whole.age_group_code = '_T'
