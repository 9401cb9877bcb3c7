{#-
  The register of breaks (dim_break) applied to series, and how far two figures of a series may lie apart.

  One rule for all: fct_indicator_break has the published series, the function `breaks_in` any table of a reader.
-#}

{#-
  What stands between each row of a series and the row before it: one row per row and break.

  series    a table with indicator_id, area_key, area_code, reference_date, is_backcast, numerator_dataset,
            denominator_dataset (several datasets divided by `, `)

  A break of a dataset concerns the side that is made of it, between the days of that side: a numerator of 1 March may be
  divided by people of 31 December before. One of an indicator is a new edition of its definition (its own, or that of an
  indicator it is derived from). New boundaries part two rows that stand on different versions of the area: a mean of the
  year in which they came stands on the former ones. They are no break after a figure that the publisher carried to them.
-#}
{% macro breaks_in_series(series) -%}
with breaks as (

    select
        break_id,
        indicator_id as of_indicator,
        statistic_prefix,
        area_prefix,
        area_code as of_area,
        effective_date,
        kind,
        what_de,
        what_en,
        source
    from {{ built('dim_break') }}
    -- figures before and after a revision lie in different states of the table, not in one series
    where kind <> 'revision'

),

indicators as (

    select
        one.indicator_id,
        coalesce(first_operand.denominator_date, one.denominator_date) as denominator_date,
        one.operand_1,
        one.operand_2
    from {{ built('indicator') }} as one
    left join {{ built('indicator') }} as first_operand on one.operand_1 = first_operand.indicator_id

),

-- an indicator and those that it is derived from; one key joins, so that DuckDB need not compare every pair
stands_on as (

    select indicator_id, unnest([indicator_id, operand_1, operand_2]) as of_indicator from indicators

),

followed as (

    select
        indicator_id,
        area_code,
        reference_date,
        numerator_dataset,
        denominator_dataset,
        try_cast(split_part(area_key, '@', 2) as date) as area_from,
        lag(try_cast(split_part(area_key, '@', 2) as date)) over one_series as previous_area_from,
        lag(reference_date) over one_series as previous_date,
        lag(is_backcast) over one_series as previous_is_backcast,
        lag(numerator_dataset) over one_series as previous_numerator_dataset,
        lag(denominator_dataset) over one_series as previous_denominator_dataset
    from {{ series }}
    window one_series as (partition by indicator_id, area_code order by reference_date)

),

steps as (

    select
        followed.*,
        case indicators.denominator_date
            when 'year_before' then cast(followed.previous_date - interval 1 year as date)
            when 'year_end' then make_date(cast(year(followed.previous_date) as integer), 12, 31)
            when 'year_end_before' then make_date(cast(year(followed.previous_date) as integer) - 1, 12, 31)
            when 'mean_of_two' then make_date(cast(year(followed.previous_date) as integer) - 1, 12, 31)
            else followed.previous_date
        end as first_below,
        case indicators.denominator_date
            when 'year_before' then cast(followed.reference_date - interval 1 year as date)
            when 'year_end' then make_date(cast(year(followed.reference_date) as integer), 12, 31)
            when 'year_end_before' then make_date(cast(year(followed.reference_date) as integer) - 1, 12, 31)
            when 'mean_of_two' then make_date(cast(year(followed.reference_date) as integer), 12, 31)
            else followed.reference_date
        end as last_below
    from followed
    inner join indicators on followed.indicator_id = indicators.indicator_id
    where followed.previous_date is not null

),

-- a side of both rows, and the days between which a break of its tables counts
sides as (
    {% for side, first, last in [
        ('numerator', 'previous_date', 'reference_date'), ('denominator', 'first_below', 'last_below')
    ] -%}
    {% for moment in ['', 'previous_'] %}
    select
        indicator_id, area_code, reference_date, previous_date,
        {{ moment }}{{ side }}_dataset as datasets, {{ first }} as first_day, {{ last }} as last_day
    from steps
    where {{ moment }}{{ side }}_dataset is not null
    {%- if moment %} and {{ side }}_dataset is distinct from {{ moment }}{{ side }}_dataset{% endif %}
    {%- if not (loop.last and side == 'denominator') %}

    union all
    {% endif %}
    {%- endfor %}
    {%- endfor %}

),

scopes as (

    select named.datasets, breaks.*
    from (select distinct datasets from sides) as named
    inner join breaks on contains(', ' || named.datasets, ', ' || breaks.statistic_prefix)

),

concerned as (

    select sides.indicator_id, sides.area_code, sides.reference_date, sides.previous_date, scopes.* exclude (datasets)
    from sides
    inner join scopes
        on sides.datasets = scopes.datasets
        and scopes.effective_date > sides.first_day
        and scopes.effective_date <= sides.last_day
        and starts_with(sides.area_code, coalesce(scopes.area_prefix, ''))
        and coalesce(scopes.of_area, sides.area_code) = sides.area_code

    union

    select steps.indicator_id, steps.area_code, steps.reference_date, steps.previous_date, breaks.*
    from steps
    inner join breaks
        on steps.area_code = breaks.of_area
        and breaks.effective_date > steps.previous_area_from
        and breaks.effective_date <= steps.area_from
    where breaks.statistic_prefix is null and not steps.previous_is_backcast

    union

    select steps.indicator_id, steps.area_code, steps.reference_date, steps.previous_date, breaks.*
    from steps
    inner join stands_on on steps.indicator_id = stands_on.indicator_id
    inner join breaks
        on stands_on.of_indicator = breaks.of_indicator
        and breaks.effective_date > steps.previous_date
        and breaks.effective_date <= steps.reference_date

)

select
    indicator_id,
    area_code,
    reference_date,
    previous_date,
    break_id,
    effective_date as break_date,
    kind,
    what_de,
    what_en,
    source,
    statistic_prefix as dataset_scope,
    coalesce(of_area, area_prefix) as area_scope
from concerned
{%- endmacro %}

{#- Months from one figure to the next where a table appears regularly; none for what appears once or without a rule. -#}
{% macro cadence_months(cadence) -%}
    case {{ cadence }}
        when 'month' then 1
        when 'quarter' then 3
        when 'half_year' then 6
        when 'year' then 12
        when 'two_years' then 24
        when 'four_years' then 48
    end
{%- endmacro %}

{#- Months between two days. -#}
{% macro months_between(first, last) -%}
    (12 * (year({{ last }}) - year({{ first }})) + month({{ last }}) - month({{ first }}))
{%- endmacro %}
