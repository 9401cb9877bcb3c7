with {{ small_area_counts('sgb2-kleinraeumig', 'persons', ['age_group_code']) }},

summed as (

    select
        shown.area_key,
        shown.period_key,
        codes.age_group_code,
        coalesce(sum(counts.value), 0) as value
    from shown
    inner join codes on shown.period_key = codes.period_key
    inner join members on shown.area_key = members.area_key
    left join counts
        on members.leaf_code = counts.area_code
        and shown.period_key = counts.period_key
        and codes.age_group_code in ('_T', counts.age_group_code)
    group by all

)

select
    shown.area_key,
    shown.area_code,
    shown.area_level,
    shown.area_name,
    shown.edition,
    shown.is_backcast,
    shown.period_key,
    shown.reference_date,
    'SGB2_RLB' as benefit_code,
    summed.age_group_code,
    'persons' as measure_code,
    'Personen' as unit,
    cast(summed.value as double) as value,
    cast(100 * summed.value / nullif(whole.value, 0) as double) as share_pct,
    'A' as obs_status,
    'F' as conf_status,
    'none' as missing_reason,
    cast(null as varchar) as raw_symbol,
    'sgb2-kleinraeumig' as dataset_id,
    shown.snapshot_id,
    shown.known_from
from summed
inner join shown on summed.area_key = shown.area_key and summed.period_key = shown.period_key
left join summed as whole
    on summed.area_key = whole.area_key
    and summed.period_key = whole.period_key
    and whole.age_group_code = '_T'
