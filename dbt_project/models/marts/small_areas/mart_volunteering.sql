with {{ small_area_sums(
    'engagement',
    ['volunteer_offers', 'volunteers', 'volunteers_sought', 'volunteer_matches', 'volunteer_hours'],
    ['volunteer_kind_code']
) }},

beside as (

    select
        area_key,
        period_key,
        volunteer_kind_code,
        max(value) filter (measure_code = 'volunteer_offers') as offers,
        max(value) filter (measure_code = 'volunteers_sought') as sought,
        max(value) filter (measure_code = 'volunteer_hours') as hours
    from summed
    group by all

)

select
    {{ small_area_place() }},
    summed.measure_code,
    summed.volunteer_kind_code,
    case when summed.measure_code = 'volunteers' then 'Personen' else 'Begleitungen' end as unit,
    cast(summed.value as double) as value,
    cast(beside.offers as double) as volunteer_offers_count,
    cast(beside.sought as double) as sought_count,
    case when summed.measure_code = 'volunteers' then cast(beside.hours as double) end as hours_count,
    {{ small_area_origin('engagement') }}
from {{ summed_and_shown() }}
inner join beside
    on summed.area_key = beside.area_key
    and summed.period_key = beside.period_key
    and summed.volunteer_kind_code = beside.volunteer_kind_code
where summed.measure_code in ('volunteers', 'volunteer_matches')
