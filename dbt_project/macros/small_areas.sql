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

{#-
  Counts of one form for every area of the town's division: CTEs as in `small_areas_shown`, and `summed`, a row per area,
  period, measure and code of each dimension with its total. What the form leaves out is zero; a sum with a part that
  nobody knows is missing. `totals` false: the codes of a dimension are never added up.
-#}
{% macro small_area_sums(dataset_id, measures, dimensions, totals=true) %}
{{ small_areas_shown([dataset_id], measures) }},

codes as (

    -- a measure that the form of a period does not have is not known, and no zero
    select *
    from (select distinct period_key, measure_code from counts)
    {% for dimension in dimensions -%}
    cross join (select distinct {{ dimension }} from counts {{ "union select '_T'" if totals }}) as {{ dimension }}_codes
    {% endfor %}
),

summed as (

    select
        shown.area_key,
        shown.period_key,
        codes.measure_code,
        {% for dimension in dimensions -%}
        codes.{{ dimension }},
        {% endfor -%}
        case when count(counts.area_code) = count(counts.value) then coalesce(sum(counts.value), 0) end as value
    from shown
    inner join codes on shown.period_key = codes.period_key
    inner join members on shown.area_key = members.area_key
    left join counts
        on members.leaf_code = counts.area_code
        and shown.period_key = counts.period_key
        and codes.measure_code = counts.measure_code
        {%- for dimension in dimensions %}
        and codes.{{ dimension }} in ({{ "'_T', " if totals }}counts.{{ dimension }})
        {%- endfor %}
    group by all

)
{% endmacro %}

{#-
  CTE `summed` after `small_areas_shown`: a row per area, period and named sum (`counted`: code -> codes of the counts that
  it adds up), missing where a part is not known.
-#}
{% macro small_area_named_sums(column, counted) %}
named as (

    {%- for code, parts in counted.items() %}
    select '{{ code }}' as {{ column }}, unnest(['{{ parts | join("', '") }}']) as part_code
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

summed as (

    select
        shown.area_key,
        shown.period_key,
        named.{{ column }},
        case when count(counts.area_code) = count(counts.value) then coalesce(sum(counts.value), 0) end as value
    from shown
    inner join members on shown.area_key = members.area_key
    cross join named
    left join counts
        on members.leaf_code = counts.area_code
        and shown.period_key = counts.period_key
        and named.part_code = counts.{{ column }}
    group by all

)
{% endmacro %}

{#-
  CTE `residents`: residents by area, day and group of ages (`groups`: code -> age groups of the register), after
  `small_areas_shown`. Of an area of which a small area did not exist on that day nothing is said.
-#}
{% macro small_area_residents(groups) %}
resident_counts as (

    select * from {{ ref('fct_small_area_count') }}
    where dataset_id = 'bevoelkerung-kleinraeumig'

),

resident_days as (

    select resident_counts.reference_date, max(areas.edition_from) as edition_from
    from (select distinct reference_date from resident_counts) as resident_counts
    inner join areas on areas.edition_from <= resident_counts.reference_date
    group by resident_counts.reference_date

),

there as (

    select resident_days.reference_date, areas.area_code as leaf_code
    from resident_days
    inner join areas on resident_days.edition_from = areas.edition_from
    where areas.is_leaf

),

inhabited as (

    select members.area_key, resident_days.reference_date
    from members
    cross join resident_days
    left join there
        on members.leaf_code = there.leaf_code
        and resident_days.reference_date = there.reference_date
    group by members.area_key, resident_days.reference_date
    having count(*) = count(there.leaf_code)

),

age_groups as (

    {%- for code, ages in groups.items() %}
    select '{{ code }}' as group_code, unnest(['{{ ages | join("', '") }}']) as age_group_code
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

residents as (

    select
        inhabited.area_key,
        inhabited.reference_date,
        age_groups.group_code,
        case when count(resident_counts.area_code) = count(resident_counts.value) then coalesce(sum(resident_counts.value), 0) end
            as residents
    from inhabited
    inner join members on inhabited.area_key = members.area_key
    cross join age_groups
    left join resident_counts
        on members.leaf_code = resident_counts.area_code
        and inhabited.reference_date = resident_counts.reference_date
        and age_groups.age_group_code = resident_counts.age_group_code
    group by all

)
{% endmacro %}

{#- Where and when a row of a mart over small areas stands, from `shown`. -#}
{% macro small_area_place() -%}
    shown.area_key,
    shown.area_code,
    shown.area_level,
    shown.area_name,
    shown.edition,
    shown.is_backcast,
    shown.period_key,
    shown.reference_date
{%- endmacro %}

{#- How a count stands in a mart of true values: missing where a part is not known. -#}
{% macro small_area_status(value) -%}
    case when {{ value }} is null then 'M' else 'A' end as obs_status,
    case when {{ value }} is null then 'C' else 'F' end as conf_status,
    case when {{ value }} is null then 'suppressed_primary' else 'none' end as missing_reason,
    cast(null as varchar) as raw_symbol
{%- endmacro %}

{#- Of a sum over a form: how it stands, and the form with its delivery. -#}
{% macro small_area_origin(dataset_id) -%}
    {{ small_area_status('summed.value') }},
    '{{ dataset_id }}' as dataset_id,
    shown.snapshot_id,
    shown.known_from
{%- endmacro %}

{#- Sums with the area and period that each stands in. -#}
{% macro summed_and_shown() -%}
summed
inner join shown on summed.area_key = shown.area_key and summed.period_key = shown.period_key
{%- endmacro %}

{#- Every area of every edition with the leaves below it, at any distance; `with_areas`: with all areas from itself on. -#}
{% macro leaves_below(with_areas=false) %}
    with recursive below as (

        select area_key, edition, area_key as at_key, area_code as leaf_code, is_leaf from areas

        union all

        select below.area_key, below.edition, areas.area_key, areas.area_code, areas.is_leaf
        from below
        inner join areas on below.edition = areas.edition and below.at_key = areas.parent_key

    )

    select distinct area_key, leaf_code from below{{ "" if with_areas else " where is_leaf" }}
{% endmacro %}
