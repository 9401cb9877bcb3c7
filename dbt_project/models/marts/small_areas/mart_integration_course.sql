with {{ small_area_sums(
    'integration-kurse', ['course_places', 'course_participants', 'course_completions', 'course_waiting'], ['course_type_code']
) }},

beside as (

    select
        area_key,
        period_key,
        course_type_code,
        max(value) filter (measure_code = 'course_places') as places,
        max(value) filter (measure_code = 'course_participants') as participants
    from summed
    group by all

)

select
    {{ small_area_place() }},
    summed.measure_code,
    summed.course_type_code,
    'Personen' as unit,
    cast(summed.value as double) as value,
    cast(beside.places as double) as places_count,
    case when summed.measure_code = 'course_participants' then cast(100 * summed.value / nullif(beside.places, 0) as double) end
        as occupancy_pct,
    case
        when summed.measure_code = 'course_completions'
            then cast(100 * summed.value / nullif(beside.participants, 0) as double)
    end as completed_pct,
    case when summed.measure_code = 'course_waiting' then cast(100 * summed.value / nullif(beside.places, 0) as double) end
        as waiting_per_100,
    {{ small_area_origin('integration-kurse') }}
from {{ summed_and_shown() }}
inner join beside
    on summed.area_key = beside.area_key
    and summed.period_key = beside.period_key
    and summed.course_type_code = beside.course_type_code
where summed.measure_code in ('course_participants', 'course_completions', 'course_waiting')
