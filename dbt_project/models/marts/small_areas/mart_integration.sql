{%- set counted = {
    'ARRIVED': ['REFUGE', 'EU', 'OTHER'],
    'REFUGE': ['REFUGE'],
    'EU': ['EU'],
    'OTHER': ['OTHER'],
    'PLANS_BEGUN': ['PLANS_BEGUN'],
    'PLANS_COMPLETED': ['PLANS_COMPLETED'],
} -%}
with {{ small_areas_shown(
    ['integration-zuwanderung'], ['newcomers', 'integration_plans_begun', 'integration_plans_completed']
) }},

{{ small_area_named_sums('integration_code', counted) }}

select
    {{ small_area_place() }},
    summed.integration_code,
    case summed.integration_code
        when 'PLANS_BEGUN' then 'integration_plans_begun'
        when 'PLANS_COMPLETED' then 'integration_plans_completed'
        else 'newcomers'
    end as measure_code,
    case when summed.integration_code like 'PLANS%' then 'Pläne' else 'Personen' end as unit,
    cast(summed.value as double) as value,
    case
        when summed.integration_code like 'PLANS%' then cast(100 * summed.value / nullif(arrived.value, 0) as double)
    end as plans_per_100,
    {{ small_area_origin('integration-zuwanderung') }}
from {{ summed_and_shown() }}
inner join summed as arrived
    on summed.area_key = arrived.area_key
    and summed.period_key = arrived.period_key
    and arrived.integration_code = 'ARRIVED'
