{#-
  Arrivals, guidance, plans, children and naturalisations of newcomers: code -> counts that it adds up, code that it is a
  share of, measure. Whoever has no plan, no place or another reason is told from the others, and so hidden with them.
-#}
{%- set items = {
    'ARRIVED': (['ASYLUM', 'RECOGNISED', 'TEMPORARY', 'EU', 'OTHER'], 'ARRIVED', 'newcomers'),
    'REFUGE': (['ASYLUM', 'RECOGNISED', 'TEMPORARY'], 'ARRIVED', 'newcomers'),
    'ASYLUM': (['ASYLUM'], 'ARRIVED', 'newcomers'),
    'RECOGNISED': (['RECOGNISED'], 'ARRIVED', 'newcomers'),
    'TEMPORARY': (['TEMPORARY'], 'ARRIVED', 'newcomers'),
    'EU': (['EU'], 'ARRIVED', 'newcomers'),
    'OTHER': (['OTHER'], 'ARRIVED', 'newcomers'),
    'GUIDANCE_BEGUN': (['GUIDANCE_BEGUN'], 'GUIDANCE_BEGUN', 'guidance_begun'),
    'GUIDED': (['GUIDED_WITH_PLAN', 'GUIDED_WITHOUT_PLAN'], 'GUIDED', 'guided_with_plan'),
    'GUIDED_WITH_PLAN': (['GUIDED_WITH_PLAN'], 'GUIDED', 'guided_with_plan'),
    'GUIDED_WITHOUT_PLAN': (['GUIDED_WITHOUT_PLAN'], 'GUIDED', 'guided_with_plan'),
    'ENDED': (['ENDED_INDEPENDENT', 'ENDED_MOVED', 'ENDED_BROKEN_OFF', 'ENDED_OTHER'], 'ENDED', 'guidance_ended'),
    'ENDED_INDEPENDENT': (['ENDED_INDEPENDENT'], 'ENDED', 'guidance_ended'),
    'ENDED_MOVED': (['ENDED_MOVED'], 'ENDED', 'guidance_ended'),
    'ENDED_BROKEN_OFF': (['ENDED_BROKEN_OFF'], 'ENDED', 'guidance_ended'),
    'ENDED_OTHER': (['ENDED_OTHER'], 'ENDED', 'guidance_ended'),
    'PLANS_BEGUN': (['PLANS_BEGUN'], 'PLANS_BEGUN', 'integration_plans_begun'),
    'PLANS_REVIEWED': (['PLANS_REVIEWED'], 'PLANS_REVIEWED', 'integration_plans_reviewed'),
    'PLANS_COMPLETED': (['PLANS_COMPLETED'], 'PLANS_COMPLETED', 'integration_plans_completed'),
    'PLANS_NOT_REACHED': (['PLANS_NOT_REACHED'], 'PLANS_NOT_REACHED', 'integration_plans_not_reached'),
    'BEFORE_SCHOOL': (['WITH_PLACE', 'WITHOUT_PLACE'], 'BEFORE_SCHOOL', 'children_with_place'),
    'WITH_PLACE': (['WITH_PLACE'], 'BEFORE_SCHOOL', 'children_with_place'),
    'WITHOUT_PLACE': (['WITHOUT_PLACE'], 'BEFORE_SCHOOL', 'children_with_place'),
    'SCHOOL_AGE': (['AT_SCHOOL', 'NOT_AT_SCHOOL'], 'SCHOOL_AGE', 'children_at_school'),
    'AT_SCHOOL': (['AT_SCHOOL'], 'SCHOOL_AGE', 'children_at_school'),
    'NOT_AT_SCHOOL': (['NOT_AT_SCHOOL'], 'SCHOOL_AGE', 'children_at_school'),
    'NATURALISED': (['NATURALISED'], 'NATURALISED', 'naturalised'),
} -%}
{%- set counted = {} -%}
{%- for code, (parts, whole, measure) in items.items() %}{% do counted.update({code: parts}) %}{% endfor -%}
with {{ small_areas_shown(['integration-zuwanderung', 'einbuergerungen']) }},

{{ small_area_named_sums('integration_code', counted) }},

items as (

    {%- for code, (parts, whole, measure) in items.items() %}
    select
        '{{ code }}' as integration_code,
        '{{ whole }}' as whole_code,
        '{{ measure }}' as measure_code,
        '{{ 'Pläne' if code.startswith('PLANS') else 'Personen' }}' as unit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

-- a column that the form of a year does not have is not known, and no zero
delivered as (

    select dataset_id, measure_code, period_key, max(snapshot_id) as snapshot_id, max(known_from) as known_from
    from counts
    group by dataset_id, measure_code, period_key

)

select
    {{ small_area_place() }},
    summed.integration_code,
    items.whole_code,
    items.measure_code,
    items.unit,
    cast(summed.value as double) as value,
    case
        when items.measure_code like 'integration_plans%' then cast(100 * summed.value / nullif(arrived.value, 0) as double)
    end as plans_per_100,
    case when items.whole_code <> items.integration_code then cast(100 * summed.value / nullif(whole.value, 0) as double) end
        as share_pct,
    {{ small_area_status('summed.value') }},
    delivered.dataset_id,
    delivered.snapshot_id,
    delivered.known_from
from {{ summed_and_shown() }}
inner join items on summed.integration_code = items.integration_code
inner join delivered on summed.period_key = delivered.period_key and items.measure_code = delivered.measure_code
inner join summed as whole
    on summed.area_key = whole.area_key
    and summed.period_key = whole.period_key
    and items.whole_code = whole.integration_code
inner join summed as arrived
    on summed.area_key = arrived.area_key
    and summed.period_key = arrived.period_key
    and arrived.integration_code = 'ARRIVED'
