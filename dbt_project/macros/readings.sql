{#- Readings of published texts: numbers, dates, periods. Engine differences stand here, dispatched by adapter. -#}

{#- A published number (decimal comma, or point in workbooks) as DOUBLE; NULL when the cell holds none. -#}
{% macro published_number(text) -%}
    cast(replace(nullif(regexp_extract({{ text }}, '-?[0-9]+([,.][0-9]+)?'), ''), ',', '.') as double)
{%- endmacro %}

{#- A published text without the mark that its table groups thousands with, where it declares one: 4.086,1 is 4086,1. -#}
{% macro ungrouped(text, dataset) -%}
    replace({{ text }}, coalesce({{ dataset }}.thousands, ''), '')
{%- endmacro %}

{#- What stands in, around or behind the number: `-`, `.`, `()`, `p`; empty for a plain number. -#}
{% macro published_mark(text, quality) -%}
    coalesce({{ quality }}, regexp_replace({{ text }}, '-?[0-9]+([,.][0-9]+)?', ''))
{%- endmacro %}

{#-
  The day a printed time refers to, by the declared reference time (columns time_* of `dataset`):
  a date is that day; a year is the declared day of that year for a stock, its last day for a flow; a school
  year runs from 1 August to 31 July, and the printed year is the one it starts or ends in. Leavers stand at
  the end of their school year, pupils at its beginning.
-#}
{% macro reference_date(text, dataset) -%}
    case
        when {{ dataset }}.time_text = 'none' then {{ dataset }}.time_fixed
        when {{ dataset }}.time_text = 'date' then cast(strptime({{ text }}, '%d.%m.%Y') as date)
        when {{ dataset }}.time_text = 'compact_date' then cast(strptime({{ text }}, '%Y%m%d') as date)
        when {{ dataset }}.time_text = 'month' then last_day(cast(strptime(replace({{ text }}, '-', ''), '%Y%m') as date))
        when {{ dataset }}.time_text = 'half_year' then last_day(make_date(cast(left({{ text }}, 4) as bigint), 6 * cast(right({{ text }}, 1) as bigint), 1))
        when {{ dataset }}.time_text = 'school_year' and {{ dataset }}.time_year_is = 'end'
            then make_date(cast(left({{ text }}, 4) as bigint) + 1, 7, 31)
        when {{ dataset }}.time_text = 'school_year' then make_date(cast(left({{ text }}, 4) as bigint), 8, 1)
        when {{ dataset }}.time_kind = 'stock' then cast({{ text }} || '-' || {{ dataset }}.time_month_day as date)
        when {{ dataset }}.time_kind = 'flow' then make_date(cast({{ text }} as bigint), 12, 31)
        when {{ dataset }}.time_year_is = 'end' then make_date(cast({{ text }} as bigint), 7, 31)
        when {{ dataset }}.time_year_is = 'start' then make_date(cast({{ text }} as bigint), 8, 1)
    end
{%- endmacro %}

{#- What the time of a dataset's cells is: a day, a year, a school year, or the month or half-year of a flow. -#}
{% macro period_kind(dataset) -%}
    case
        when {{ dataset }}.time_kind = 'flow' and {{ dataset }}.time_text in ('month', 'half_year')
            then 'flow_' || {{ dataset }}.time_text
        else {{ dataset }}.time_kind
    end
{%- endmacro %}

{#-
  Key of the period: `D2015-12-31` a day, `Y2015` a year, `S2014` the school year 2014/15, `M2015-03` a month and `H2015-1` a
  half-year of a flow.
-#}
{% macro period_key(reference_date, time_kind) -%}
    case {{ time_kind }}
        when 'stock' then 'D' || strftime({{ reference_date }}, '%Y-%m-%d')
        when 'flow' then 'Y' || year({{ reference_date }})
        when 'flow_month' then 'M' || strftime({{ reference_date }}, '%Y-%m')
        when 'flow_half_year'
            then 'H' || year({{ reference_date }}) || '-' || case when month({{ reference_date }}) <= 6 then 1 else 2 end
        when 'school_year'
            then 'S' || (year({{ reference_date }}) - case when month({{ reference_date }}) = 7 then 1 else 0 end)
    end
{%- endmacro %}

{#- Whether a period is a month or half-year of a flow: no year's figure, and never added to one. -#}
{% macro within_a_year(period_key) -%}
    left({{ period_key }}, 1) in ('M', 'H')
{%- endmacro %}

{#- The day whose boundaries a number stands on: the middle of the year for an annual figure, else its own day. -#}
{% macro territory_date(period_key, reference_date) -%}
    case
        when starts_with({{ period_key }}, 'Y') then make_date(year({{ reference_date }}), 7, 1)
        else {{ reference_date }}
    end
{%- endmacro %}

{#- Surrogate key: one text over the parts of a grain, stable across engines and runs. -#}
{% macro surrogate_key(columns) -%}
    md5(concat_ws('|', {% for column in columns %}coalesce(cast({{ column }} as varchar), ''){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}

{#- Completed years of age at which an age group begins and ends (inclusive); NULL where it is open or bound to an age limit. -#}
{% macro age_from(code) -%}
    case
        when {{ code }} in ('_T') or starts_with({{ code }}, 'Y_LT') then 0
        else try_cast(regexp_extract({{ code }}, '^Y(?:_GE)?([0-9]+)', 1) as integer)
    end
{%- endmacro %}

{% macro age_to(code) -%}
    case
        when starts_with({{ code }}, 'Y_LT') then try_cast(regexp_extract({{ code }}, '([0-9]+)$', 1) as integer) - 1
        when regexp_full_match({{ code }}, 'Y[0-9]+T[0-9]+') then try_cast(regexp_extract({{ code }}, '([0-9]+)$', 1) as integer)
        when regexp_full_match({{ code }}, 'Y[0-9]+') then try_cast(substr({{ code }}, 2) as integer)
    end
{%- endmacro %}

{#-
  Code of a planning area of Berlin until 2020 in the file of outlines. It prints 06010102 twice, both "Schloßstraße": the one
  in Charlottenburg, north of 52.49 degrees, is 04030417 in every table of the office and is carried under that code.
-#}
{% macro planning_area_until_2020(code, bounding_box) -%}
    case
        when {{ code }} = '06010102' and try_cast(split_part({{ bounding_box }}, ',', 2) as double) > 52.49 then '04030417'
        else {{ code }}
    end
{%- endmacro %}
