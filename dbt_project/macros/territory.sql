{#-
  Any series on any Gebietsstand, as known at any time: what the table functions of models/territory are made of. They
  live in the warehouse, for SQL users and the command line alike.

    select * from population_on(date '2022-12-31')                                    boundaries of a year-end
    select * from population_on(as_of := timestamp '2018-01-01')                       what was known then
    select * from indicator_on(date '2022-12-31', as_of := timestamp '2018-01-01')     both
    select * from population_up('LOR_2021', 'PLANUNGSRAUM', 'BEZIRK')                  summed up along a hierarchy

  A Gebietsstand is a year-end; without one every number stays on its own. Numbers of Kreise and of planning areas are
  apportioned with bridge_area_crosswalk (population weights; area weights where square kilometres are counted); rates
  are computed anew from apportioned numerator and denominator and never averaged, indicators made of two others from
  those, each carried on its own. A number made with an estimated
  weight has obs_status E, and `estimated_share` says how much of it was estimated. What has no parts to compute it from
  (a published rate or mean, a missing part, an area that has no way to the Gebietsstand) is missing with its reason.
-#}

{#- The rows of a fact that were to be read at `as_of`; without it, those that are to be read now. -#}
{% macro was_known(rows) -%}
    {{ rows }}.known_from <= coalesce(cast(as_of as timestamp), timestamp '9999-12-31')
    and ({{ rows }}.preferred_to is null or {{ rows }}.preferred_to > coalesce(cast(as_of as timestamp), timestamp '9999-12-31'))
{%- endmacro %}

{#-
  The year-end whose boundaries a number stands on, given under a version of an area: the last one before the day whose
  territory the number has, or the nearest one at which the version held. All Kreise that gave each other parts are read on
  the same year-end, else a target waits for a part that comes from another one. A day of the first year of the crosswalk
  stands on the end of that year.
-#}
{% macro boundary_year(rows, versions) -%}
    least(
        greatest(
            year({{ territory_date(rows ~ '.period_key', rows ~ '.reference_date') }} + 1) - 1,
            year({{ versions }}.valid_from),
            least(year({{ rows }}.reference_date), (select min(from_year) from {{ built('bridge_area_crosswalk') }}))
        ),
        year({{ versions }}.valid_to) - 1
    )
{%- endmacro %}

{#-
  Where each row of a CTE goes. `moving` has the rows that a reform touches, once per area they go to, with `to_code`,
  `weight`, `weight_area`, `grade` and how many areas make the target up; `staying` has all others. An unchanged area
  that received a part of another one is touched too.
-#}
{% macro moved(rows) -%}
ways as (

    select from_year, from_code, to_code, weight_population as weight, weight_area, grade
    from {{ built('bridge_area_crosswalk') }}
    where to_year = year(cast(gebietsstand as date))

),

origins as (

    select from_year, to_code, count(*) as origin_count, string_agg(from_code, ', ' order by from_code) as from_codes
    from ways
    group by from_year, to_code

),

versions as (

    select * from {{ built('dim_area') }}

),

targets as (

    select * from versions
    where valid_from <= cast(gebietsstand as date) and valid_to > cast(gebietsstand as date)

),

dated as not materialized (

    select
        {{ rows }}.*,
        {{ boundary_year(rows, 'versions') }} as boundary_year
    from {{ rows }}
    inner join versions on {{ rows }}.area_key = versions.area_key

),

moving as (

    select dated.*, ways.* exclude (from_year, from_code), origins.origin_count, origins.from_codes
    from dated
    inner join ways on dated.boundary_year = ways.from_year and dated.area_code = ways.from_code
    inner join origins on ways.from_year = origins.from_year and ways.to_code = origins.to_code

),

staying as (

    select
        dated.*,
        case when cast(gebietsstand as date) is null then dated.area_key else targets.area_key end as target_key
    from dated
    anti join ways on dated.boundary_year = ways.from_year and dated.area_code = ways.from_code
    left join targets on dated.area_code = targets.area_code and dated.area_level = targets.area_level
    -- what has neither a number nor a place on the Gebietsstand is of no use to anybody
    where dated.value is not null or target_key is not null

)
{%- endmacro %}

{#-
  Several rows for one cell: the office's own figure on that territory goes before one that was carried there, and among
  those what the table gives for the codes of the time before what it carried back itself. Numbers go before gaps. Where
  Kreise of a Land gave each other parts, and the office carried back some of them only, its figures come last: beside
  estimates of the others the parts would be lost or doubled.
-#}
{% macro own_figure_first() -%}
    value is null, rank
{%- endmacro %}

{% macro rank_of_carried(rows) -%}
    case when {{ rows }}.is_same then 2 when not {{ rows }}.is_backcast then 3 else 4 end
{%- endmacro %}

{#-
  Sum of a weighted column, missing as soon as one part is missing or was not delivered. Exact to the sixth decimal, so
  that parts of one whole give it back to the last person, in whatever order they come.
-#}
{% macro whole_sum(value, weight) -%}
    case
        when count({{ value }}) = count(*) and count(*) >= max(origin_count)
            then {{ exact_sum(value ~ ' * ' ~ weight) }}
    end
{%- endmacro %}

{#- Square kilometres are divided by area, everything else by population. -#}
{% macro weight_of_unit() -%}
    case when unit in ('qkm', 'ha') then weight_area else weight end
{%- endmacro %}

{#-
  How much of a number comes from parts whose weight is estimated; without the last digits, which hang on the order of parts:
  they would make a new edition of every map from the same files.
-#}
{% macro estimated_share(value, weight) -%}
    {%- set share = 'sum(' ~ value ~ ' * ' ~ weight ~ ") filter (grade = 'estimated') / nullif(sum(" ~ value ~ ' * ' ~ weight ~ '), 0)' %}
    coalesce({{ settled(share) }}, case when bool_or(grade = 'estimated') then 1.0 else 0.0 end)
{%- endmacro %}

{#- Grade of a number made of several parts: the worst of them. -#}
{% macro worst_grade() -%}
    case
        when bool_or(grade = 'estimated') then 'estimated'
        when count(*) > 1 or bool_or(grade = 'merged') then 'merged'
        else 'exact'
    end
{%- endmacro %}

{#- Status of a converted number: estimated, unless a part of it is worse. -#}
{% macro converted_status(rows) -%}
    case
        when {{ rows }}.value is null then 'M'
        when {{ rows }}.grade = 'estimated' then {{ status_of_rank('greatest(' ~ rows ~ '.worst_rank, 3)') }}
        else {{ status_of_rank(rows ~ '.worst_rank') }}
    end
{%- endmacro %}

{#- Rates and means have no parts to apportion or to add up. -#}
{% macro is_mean(measure='measure_code') -%}
    ({{ measure }} like '%\_pct' escape '\' or {{ measure }} like 'avg\_%' escape '\' or {{ measure }} like '%per\_head%' escape '\')
{%- endmacro %}

{% macro counts_on(mart) %}
{%- set cell = cell_columns(mart) %}
with areas as (

    select * from {{ built('dim_area') }}

),

{% for fact in count_marts()[mart].facts -%}
{{ fact }} as not materialized (

    select * from {{ built('fct_' ~ fact) }} as versions
    where {{ was_known('versions') }}

),

{% endfor -%}
mart as not materialized (

with {{ count_mart(mart) }}

),

{{ moved('mart') }},

converted as (

    select
        to_code as area_code,
        is_backcast,
        period_key,
        reference_date,
        {% for column in cell %}{{ column }},
        {% endfor -%}
        measure_code,
        {{ is_mean() }} as is_mean,
        any_value(unit) as unit,
        {{ whole_sum('value', weight_of_unit()) }} as summed,
        -- the same area, under another code at most
        count(*) = 1 and max(origin_count) = 1 and bool_and(grade = 'exact') as is_same,
        any_value(value) as value_before,
        any_value(missing_reason) as reason_before,
        max({{ status_rank('obs_status') }}) filter (value is not null) as worst_rank,
        max(conf_status) as conf_status,
        max(rounding_base) as rounding_base,
        {{ worst_grade() }} as grade,
        {{ estimated_share('value', weight_of_unit()) }} as estimated_share,
        any_value(dataset_id) as dataset_id,
        max(known_from) as known_from,
        any_value(from_codes) as from_codes
    from moving
    group by to_code, is_backcast, period_key, reference_date, {% for column in cell %}{{ column }}, {% endfor %}measure_code

),

valued as (

    select
        * replace (coalesce(worst_rank, 1) as worst_rank),
        case when is_same then value_before when not is_mean then summed end as value
    from converted

),

carried as (

    select
        targets.area_key,
        targets.area_code,
        targets.area_level,
        targets.area_name,
        valued.period_key,
        valued.reference_date,
        false as is_backcast,
        {% for column in cell %}valued.{{ column }},
        {% endfor -%}
        valued.measure_code,
        valued.unit,
        valued.value,
        {{ converted_status('valued') }} as obs_status,
        valued.conf_status,
        case
            when valued.value is not null then 'none'
            when valued.is_same then valued.reason_before
            when valued.is_mean then 'not_convertible'
            else 'part_missing'
        end as missing_reason,
        valued.rounding_base,
        valued.grade,
        valued.estimated_share,
        valued.from_codes,
        valued.dataset_id,
        valued.known_from,
        valued.is_backcast as is_carried_back,
        {{ rank_of_carried('valued') }} as rank
    from valued
    inner join targets on valued.area_code = targets.area_code

),

own as not materialized (

    select
        coalesce(target_key, area_key) as area_key,
        area_code,
        area_level,
        area_name,
        period_key,
        reference_date,
        is_backcast and cast(gebietsstand as date) is null as is_backcast,
        {% for column in cell %}{{ column }},
        {% endfor -%}
        measure_code,
        unit,
        case when target_key is not null then value end as value,
        case when target_key is not null then obs_status else 'M' end as obs_status,
        conf_status,
        case when target_key is not null then missing_reason else 'not_convertible' end as missing_reason,
        rounding_base,
        case when target_key is not null then 'exact' else 'not_convertible' end as grade,
        0.0 as estimated_share,
        area_code as from_codes,
        dataset_id,
        known_from,
        is_backcast as is_carried_back,
        1 as rank
    from staying

),

-- only where a reform sends something several rows can meet
meeting as (

    select * from carried
    union all
    select * from own where area_code in (select to_code from origins)

),

-- what there is of an area in a cell: estimated from the codes of its time, carried back by the office as it is
met as (

    select
        *,
        bool_or(value is not null and not is_carried_back and grade = 'estimated') over of_area as is_estimated,
        bool_or(value is not null and is_carried_back and rank <= 2) over of_area as has_carried_back
    from meeting
    window
        of_area as (
            partition by area_code, period_key, reference_date, {{ (cell + ['measure_code']) | join(', ') }}
        )

),

-- an office that carried back a part of a Land only: beside estimates of the rest its figures would not add up to the Land
contested as (

    select
        * exclude (is_estimated, has_carried_back)
        replace (
            case
                when is_carried_back and is_estimated and bool_or(is_estimated and not has_carried_back) over of_land
                    then rank + 10
                else rank
            end as rank
        )
    from met
    window
        of_land as (
            partition by
                left(area_code, 2), area_level, period_key, reference_date, {{ (cell + ['measure_code']) | join(', ') }}
        )

)

select * exclude (rank, is_carried_back), cast(gebietsstand as date) as gebietsstand
from own
where area_code not in (select to_code from origins)

union all

select * exclude (rank, is_carried_back), cast(gebietsstand as date)
from contested
qualify row_number() over (
    partition by area_code, period_key, reference_date, {{ (cell + ['measure_code']) | join(', ') }}
    order by {{ own_figure_first() }}
) = 1
{% endmacro %}

{#-
  Counts summed up along a hierarchy, from one level to a higher one. The publisher's own total wins; the sum of the
  parts stands beside it with the difference and how much of it rounding at the source can explain. A sum with a missing
  part is missing; what is not additive (a rate, a mean) is not summed.
-#}
{% macro counts_up(mart) %}
{%- set cell = cell_columns(mart) %}
with counted as (

    select
        *,
        {{ is_mean() }} as is_mean,
        coalesce(cast(gebietsstand as date), reference_date) as day
    from {{ built(mart ~ '_on') }}(gebietsstand, as_of := as_of)
    where area_level in (from_level, to_level) and not is_backcast

),

-- who belongs to whom; around a reform the last day of the area counts
tree as (

    select * from {{ built('bridge_area_hierarchy') }}
    where hierarchy = hierarchy_name and area_level = from_level and ancestor_level = to_level

),

parts as (

    select counted.*, tree.ancestor_key
    from counted
    inner join tree
        on counted.area_key = tree.area_key
        and (
            (counted.day >= tree.valid_from and counted.day < tree.valid_to)
            or (counted.day >= tree.area_valid_to and tree.valid_to = tree.area_valid_to)
        )
    where counted.area_level = from_level

),

-- areas that a parent ought to have on a day
expected as (

    select days.day, tree.ancestor_key, count(*) as parts_expected
    from (select distinct day from counted) as days
    inner join tree on days.day >= tree.valid_from and days.day < tree.valid_to
    group by days.day, tree.ancestor_key

),

summed as (

    select
        parts.ancestor_key as area_key,
        parts.period_key,
        parts.reference_date,
        {% for column in cell %}parts.{{ column }},
        {% endfor -%}
        parts.measure_code,
        parts.is_mean,
        any_value(parts.unit) as unit,
        count(parts.value) as parts_found,
        greatest(any_value(expected.parts_expected), count(*)) as parts_expected,
        case
            when not parts.is_mean and count(parts.value) = greatest(any_value(expected.parts_expected), count(*))
                then {{ exact_sum('parts.value') }}
        end as summed,
        sum(floor(coalesce(parts.rounding_base, 0) / 2)) as rounding_slack,
        max({{ status_rank('parts.obs_status') }}) as worst_rank,
        max(parts.known_from) as known_from
    from parts
    left join expected on parts.ancestor_key = expected.ancestor_key and parts.day = expected.day
    group by
        parts.ancestor_key, parts.period_key, parts.reference_date, {% for column in cell %}parts.{{ column }}, {% endfor %}parts.measure_code,
        parts.is_mean

),

published as (

    select * from counted
    where area_level = to_level

),

joined as (

    select
        coalesce(published.area_key, summed.area_key) as area_key,
        coalesce(published.period_key, summed.period_key) as period_key,
        coalesce(published.reference_date, summed.reference_date) as reference_date,
        {% for column in cell %}coalesce(published.{{ column }}, summed.{{ column }}) as {{ column }},
        {% endfor -%}
        coalesce(published.measure_code, summed.measure_code) as measure_code,
        coalesce(published.unit, summed.unit) as unit,
        published.value as published_value,
        published.obs_status as published_status,
        published.missing_reason as published_reason,
        published.rounding_base as published_base,
        summed.* exclude (area_key, period_key, reference_date, {{ (cell + ['measure_code']) | join(', ') }}, unit, known_from),
        greatest(published.known_from, summed.known_from) as known_from
    from summed
    full outer join published
        on summed.area_key = published.area_key
        and summed.period_key = published.period_key
        and summed.measure_code = published.measure_code
        {%- for column in cell %}
        and summed.{{ column }} = published.{{ column }}
        {%- endfor %}

)

select
    areas.area_key,
    areas.area_code,
    areas.area_level,
    areas.area_name,
    joined.period_key,
    joined.reference_date,
    {% for column in cell %}joined.{{ column }},
    {% endfor -%}
    joined.measure_code,
    joined.unit,
    coalesce(joined.published_value, joined.summed) as value,
    case
        when joined.published_value is not null then joined.published_status
        when joined.summed is not null then {{ status_of_rank('joined.worst_rank') }}
        else 'M'
    end as obs_status,
    case
        when joined.published_value is not null or joined.summed is not null then 'none'
        when joined.published_reason is not null then joined.published_reason
        when joined.is_mean then 'not_convertible'
        else 'part_missing'
    end as missing_reason,
    case
        when joined.published_value is not null then 'published'
        when joined.summed is not null then 'summed'
    end as made_by,
    joined.summed,
    joined.published_value - joined.summed as difference,
    joined.rounding_slack + floor(coalesce(joined.published_base, 0) / 2) as rounding_slack,
    coalesce(joined.parts_found, 0) as parts_found,
    coalesce(joined.parts_expected, 0) as parts_expected,
    joined.known_from,
    cast(gebietsstand as date) as gebietsstand
from joined
inner join {{ built('dim_area') }} as areas on joined.area_key = areas.area_key
{% endmacro %}
