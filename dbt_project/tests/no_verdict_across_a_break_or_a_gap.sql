{#-
  A change that was judged although a break of the numerator's tables, of the area or of the definition lies between both
  values, or more time than the tables take from one figure to the next. Asked of the register by the days of the figures
  alone, apart from the rule that makes the verdicts. Protects against "down" beside a reform; the author of
  macros/breaks.sql or of a declaration's cadence fixes it.
-#}
-- depends_on: {{ ref('mart_area_profile') }}
with judged as (

    select
        computed.indicator_id,
        computed.area_code,
        computed.reference_date,
        computed.numerator_dataset,
        precision.previous_date,
        precision.years_since_previous,
        precision.change_verdict
    from {{ ref('fct_indicator_precision') }} as precision
    inner join {{ ref('fct_indicator') }} as computed
        on precision.indicator_id = computed.indicator_id
        and precision.area_code = computed.area_code
        and precision.reference_date = computed.reference_date
    where precision.change_verdict in ('up', 'down', 'within_chance')

),

tables as (

    select distinct judged.indicator_id, judged.numerator_dataset, datasets.dataset_id, datasets.cadence
    from judged
    inner join {{ ref('dim_dataset') }} as datasets
        on contains(', ' || judged.numerator_dataset || ', ', ', ' || datasets.dataset_id || ', ')

),

-- a table that was continued by another has the rhythm of its series
intervals as (

    select indicator_id, max({{ cadence_months('cadence') }}) / 12.0 as years
    from tables
    group by indicator_id

)

select judged.indicator_id, judged.area_code, judged.reference_date, judged.previous_date, 'gap' as problem
from judged
left join intervals on judged.indicator_id = intervals.indicator_id
where judged.years_since_previous > intervals.years + 0.01 or intervals.years is null

union all

select judged.indicator_id, judged.area_code, judged.reference_date, judged.previous_date, breaks.break_id
from judged
inner join tables
    on judged.indicator_id = tables.indicator_id
    and judged.numerator_dataset = tables.numerator_dataset
inner join {{ ref('dim_break') }} as breaks
    on starts_with(tables.dataset_id, breaks.statistic_prefix)
    and breaks.effective_date > judged.previous_date
    and breaks.effective_date <= judged.reference_date
    and starts_with(judged.area_code, coalesce(breaks.area_prefix, ''))
    and coalesce(breaks.area_code, judged.area_code) = judged.area_code
where breaks.kind <> 'revision'

union all

select judged.indicator_id, judged.area_code, judged.reference_date, judged.previous_date, breaks.break_id
from judged
inner join {{ ref('dim_break') }} as breaks
    on judged.indicator_id = breaks.indicator_id
    and breaks.effective_date > judged.previous_date
    and breaks.effective_date <= judged.reference_date
