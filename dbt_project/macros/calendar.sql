{#-
  The publisher's calendar: when figures of the next period are due, from how often editions come and when their window
  lies (declared with each dataset). Nothing for a series without a calendar: closed, of a census, at no fixed times.

  day      last day of the newest period that there are figures for
  dataset  a row of dim_dataset
-#}

{#- The last day of the period after; the end of a month stays one. -#}
{% macro next_date(day, dataset) -%}
    cast(
        case
            when {{ day }} = last_day({{ day }})
                then last_day({{ day }} + {{ cadence_months(dataset ~ '.cadence') }} * interval '1' month)
            else {{ day }} + {{ cadence_months(dataset ~ '.cadence') }} * interval '1' month
        end as date
    )
{%- endmacro %}

{#- The last day of the window that opens next, `years_later` on; without a window a year is allowed. -#}
{% macro due_on(next, dataset) -%}
    {%- set opens = "cast(year(" ~ next ~ ") || '-' || " ~ dataset ~ ".window_from as date)" -%}
    {%- set wraps = dataset ~ ".window_to < " ~ dataset ~ ".window_from" -%}
    cast(
        case
            when {{ dataset }}.window_from is null then {{ next }} + interval '1' year
            else cast(
                year({{ next }})
                + case when {{ opens }} > {{ next }} then 0 else 1 end
                + case when {{ wraps }} then 1 else 0 end
                + {{ dataset }}.years_later
                || '-' || {{ dataset }}.window_to as date
            )
        end as date
    )
{%- endmacro %}
