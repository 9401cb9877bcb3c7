{#-
  Children who begin school, and those examined before: who needs support in German or has a finding is told from the
  others, and so hidden with them.
-#}
{% set counted = {
    'ENROLMENTS': ['ENROLMENTS'],
    'WITH_SUPPORT': ['WITH_SUPPORT'],
    'WITHOUT_SUPPORT': ['WITHOUT_SUPPORT'],
    'EXAMINED': ['WITH_FINDING', 'WITHOUT_FINDING'],
    'WITH_FINDING': ['WITH_FINDING'],
    'WITHOUT_FINDING': ['WITHOUT_FINDING'],
} -%}
with {{ small_areas_shown(['einschulungen']) }},

{{ small_area_named_sums('entry_code', counted) }},

-- a column that the form of a year does not have is not known, and no zero
delivered as (

    select distinct
        period_key,
        case when measure_code like 'examined%' then 'EXAMINED' else 'ENROLMENTS' end as whole_code
    from counts

)

select
    {{ small_area_place() }},
    summed.entry_code,
    delivered.whole_code,
    case when delivered.whole_code = 'EXAMINED' then 'examined' else 'enrolments' end as measure_code,
    'Kinder' as unit,
    cast(summed.value as double) as value,
    cast(100 * summed.value / nullif(whole.value, 0) as double) as share_pct,
    {{ small_area_origin('einschulungen') }}
from {{ summed_and_shown() }}
inner join delivered
    on summed.period_key = delivered.period_key
    and case when summed.entry_code in ('EXAMINED', 'WITH_FINDING', 'WITHOUT_FINDING') then 'EXAMINED' else 'ENROLMENTS' end
        = delivered.whole_code
inner join summed as whole
    on summed.area_key = whole.area_key
    and summed.period_key = whole.period_key
    and delivered.whole_code = whole.entry_code
