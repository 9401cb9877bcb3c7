with {{ small_area_sums('schuluebergaenge', ['transfers'], ['school_group_code']) }}

select
    {{ small_area_place() }},
    summed.school_group_code,
    summed.measure_code,
    'Personen' as unit,
    cast(summed.value as double) as value,
    cast(100 * summed.value / nullif(whole.value, 0) as double) as share_pct,
    {{ small_area_origin('schuluebergaenge') }}
from {{ summed_and_shown() }}
inner join summed as whole
    on summed.area_key = whole.area_key
    and summed.period_key = whole.period_key
    and whole.school_group_code = '_T'
