{#-
  A town's own counts for every area of its division, summed up from the leaves: CTEs `counts` (of these forms and
  measures), `shown` and `members` as below, and `codes` (what the counts are crossed with). Missing combinations are zero;
  a sum with a secret part is missing.
-#}
{% macro small_area_counts(dataset_id, measure_code, dimensions) %}
{{ small_areas_shown([dataset_id], [measure_code]) }},

codes as (

    select *
    from (select distinct period_key from counts)
    {% for dimension in dimensions -%}
    cross join (select distinct {{ dimension }} from counts union select '_T') as {{ dimension }}_codes
    {% endfor %}
)
{% endmacro %}

{#-
  CTEs `counts` (cells of these forms, of all measures when none is named), `shown` (areas by period: those of the division
  in force at its end, and those of the newest division, so that series stand on one territory; `leaf_codes` lie below)
  and `members` (an area and a leaf below it, a row). An area is left out for a period in which one of its leaves did not
  exist.
-#}
{% macro small_areas_shown(dataset_ids, measure_codes=[]) %}
areas as (

    select * from {{ ref('bridge_small_area') }}

),

counts as (

    select * from {{ ref('fct_small_area_count') }}
    where
        dataset_id in ('{{ dataset_ids | join("', '") }}')
        {%- if measure_codes %}
        and measure_code in ('{{ measure_codes | join("', '") }}')
        {%- endif %}

),

members as (

    {{ leaves_below() }}

),

years as (

    select period_key, reference_date, max(snapshot_id) as snapshot_id, max(known_from) as known_from
    from counts
    group by period_key, reference_date

),

periods as (

    select
        years.period_key,
        years.reference_date,
        years.snapshot_id,
        years.known_from,
        max(areas.edition_from) as newest_edition,
        max(areas.edition_from) filter (where areas.edition_from <= years.reference_date) as edition_then
    from years
    cross join areas
    group by all

),

existing as (

    select distinct periods.period_key, areas.area_code as leaf_code
    from periods
    inner join areas on periods.edition_then = areas.edition_from
    where areas.is_leaf

),

whole as (

    select area_key, string_agg(leaf_code, ',' order by leaf_code) as leaf_codes from members group by area_key

),

incomplete as (

    select distinct periods.period_key, members.area_key
    from periods
    cross join members
    left join existing on periods.period_key = existing.period_key and members.leaf_code = existing.leaf_code
    where existing.leaf_code is null

),

shown as (

    select
        periods.period_key,
        periods.reference_date,
        periods.snapshot_id,
        periods.known_from,
        areas.area_key,
        areas.area_code,
        areas.area_name,
        areas.area_level,
        areas.edition,
        areas.edition_from > periods.reference_date as is_backcast,
        whole.leaf_codes
    from periods
    inner join areas
        on areas.edition_from in (periods.edition_then, periods.newest_edition)
        and areas.area_level <> 'BLOCK'
    inner join whole on areas.area_key = whole.area_key
    left join incomplete on periods.period_key = incomplete.period_key and areas.area_key = incomplete.area_key
    where incomplete.area_key is null
    -- an area that the newest division did not change stands once
    qualify
        row_number() over (
            partition by periods.period_key, areas.area_key order by areas.edition_from
        ) = 1

)
{% endmacro %}

{#- Every area of every edition with the leaves below it, at any distance. -#}
{% macro leaves_below() %}
    with recursive below as (

        select area_key, edition, area_key as at_key, area_code as leaf_code, is_leaf from areas

        union all

        select below.area_key, below.edition, areas.area_key, areas.area_code, areas.is_leaf
        from below
        inner join areas on below.edition = areas.edition and below.at_key = areas.parent_key

    )

    select distinct area_key, leaf_code from below where is_leaf
{% endmacro %}
