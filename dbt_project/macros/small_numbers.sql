{#-
  Statistics of small numbers, as plain arithmetic that any SQL engine reads.

  x counts events, n is the denominator; all results are fractions of n, not yet in the indicator's unit.
  tests/dbt/test_small_numbers.py checks them against scipy. Full counts have no sampling error: an interval says how
  far the value would move by chance under equal conditions (superpopulation view, e.g. Brenner 1994).
-#}

{#- Standard normal quantiles: two-sided 95 % and the 99.8 % of the funnel's outer limit. -#}
{% macro z_95() -%} 1.959963984540054 {%- endmacro %}
{% macro z_998() -%} 3.090232306167813 {%- endmacro %}

{#- Wilson score interval of a proportion (Wilson 1927; recommended by Brown, Cai and DasGupta 2001). -#}
{% macro wilson_lower(x, n, z=z_95()) -%}
    greatest(0, (({{ x }}) + {{ z }} * {{ z }} / 2
        - {{ z }} * sqrt(greatest(0, ({{ x }}) * (({{ n }}) - ({{ x }})) / ({{ n }})) + {{ z }} * {{ z }} / 4))
        / (({{ n }}) + {{ z }} * {{ z }}))
{%- endmacro %}

{% macro wilson_upper(x, n, z=z_95()) -%}
    least(1, (({{ x }}) + {{ z }} * {{ z }} / 2
        + {{ z }} * sqrt(greatest(0, ({{ x }}) * (({{ n }}) - ({{ x }})) / ({{ n }})) + {{ z }} * {{ z }} / 4))
        / (({{ n }}) + {{ z }} * {{ z }}))
{%- endmacro %}

{#- Byar's approximation to the exact Poisson interval of a count (Breslow and Day 1987, p. 69), per n. -#}
{% macro byar_lower(x, n, z=z_95()) -%}
    case when ({{ x }}) <= 0 then 0 else
        greatest(0, ({{ x }}) * power(1 - 1 / (9.0 * ({{ x }})) - {{ z }} / (3 * sqrt({{ x }})), 3)) / ({{ n }})
    end
{%- endmacro %}

{% macro byar_upper(x, n, z=z_95()) -%}
    (({{ x }}) + 1) * power(1 - 1 / (9.0 * (({{ x }}) + 1)) + {{ z }} / (3 * sqrt(({{ x }}) + 1)), 3) / ({{ n }})
{%- endmacro %}

{#- Standard error of a fraction under a given true fraction: the funnel's half width (Spiegelhalter 2005). -#}
{% macro expected_error(fraction, n, method) -%}
    sqrt(greatest(0, case when {{ method }} = 'byar' then {{ fraction }} else ({{ fraction }}) * (1 - ({{ fraction }})) end
        / ({{ n }})))
{%- endmacro %}

{#- The method of an indicator's interval: events per denominator, or a part of it. -#}
{% macro interval_method(statistic) -%}
    case when {{ statistic }} = 'rate' then 'byar' else 'wilson' end
{%- endmacro %}

{#-
  Over-dispersion (Spiegelhalter 2005, Funnel plots for comparing institutional performance, Statistics in Medicine 24,
  sections 2.3 and appendix A.3; Handling over-dispersion of performance indicators, Quality and Safety in Health Care
  14). z of each area against its target, the most extreme 10 % on each side set to the 10 % and 90 % quantile; the
  factor is the mean of their squares. Above 1 the areas differ by more than chance, and what is over it is taken as a
  spread between areas of variance tau² (random effects, DerSimonian and Laird's moments), added to that of chance:
  unlike a factor it does not vanish where areas are large. With fewer than ten areas no area lies in a tail of 10 %.
-#}
{% macro winsorised_share() -%} 0.1 {%- endmacro %}
{% macro least_areas_in_funnel() -%} 10 {%- endmacro %}

{% macro between_areas_error(areas, factor, weights, squared_weights) -%}
    sqrt(greatest(0, ({{ areas }} * {{ factor }} - ({{ areas }} - 1))
        / ({{ weights }} - {{ squared_weights }} / {{ weights }})))
{%- endmacro %}

{#- Limits of a funnel (95 %) around the target, as fractions. -#}
{% macro funnel_lower(target, error) -%}
    case when {{ error }} is not null then greatest(0, {{ target }} - {{ z_95() }} * {{ error }}) end
{%- endmacro %}

{% macro funnel_upper(target, error, method) -%}
    case
        when {{ error }} is null then null
        when {{ method }} = 'wilson' then least(1, {{ target }} + {{ z_95() }} * {{ error }})
        else {{ target }} + {{ z_95() }} * {{ error }}
    end
{%- endmacro %}

{#- Where a fraction lies in its funnel: beyond 95 %, beyond 99.8 % (far), or inside. -#}
{% macro funnel_verdict(fraction, target, error) -%}
    case
        when {{ error }} is null then 'untested'
        when {{ fraction }} > {{ target }} + {{ z_998() }} * {{ error }} then 'far_above'
        when {{ fraction }} > {{ target }} + {{ z_95() }} * {{ error }} then 'above'
        when {{ fraction }} < {{ target }} - {{ z_998() }} * {{ error }} then 'far_below'
        when {{ fraction }} < {{ target }} - {{ z_95() }} * {{ error }} then 'below'
        else 'within_chance'
    end
{%- endmacro %}

{#-
  Interval of a difference from the intervals of both values: square and add (Newcombe 1998, method 10, for
  Wilson limits; Zou and Donner 2008 for any). Positive: the second is larger.
-#}
{% macro difference_lower(first, first_upper, second, second_lower) -%}
    ({{ second }} - {{ first }})
    - sqrt(power({{ second }} - {{ second_lower }}, 2) + power({{ first_upper }} - {{ first }}, 2))
{%- endmacro %}

{% macro difference_upper(first, first_lower, second, second_upper) -%}
    ({{ second }} - {{ first }})
    + sqrt(power({{ second_upper }} - {{ second }}, 2) + power({{ first }} - {{ first_lower }}, 2))
{%- endmacro %}

{#- A share of a whole as the ratio of the part to the rest. -#}
{% macro odds(share) -%} ({{ share }}) / nullif(1 - ({{ share }}), 0) {%- endmacro %}

{#- A fraction of the rows above in the indicator's terms: the ratio for odds, else itself. -#}
{% macro in_unit(fraction) -%}
    case when statistic = 'odds' then {{ odds(fraction) }} else {{ fraction }} end
{%- endmacro %}

{#-
  How far a value may be trusted, from its denominator: grades above the least denominator of its indicator. A value made of
  an implausible or uncertain figure (status U) is never more than low.
-#}
{% macro reliability(value, interval_method, denominator, minimum, obs_status="'A'") -%}
    case
        when {{ value }} is null or {{ interval_method }} = 'none' then 'not_graded'
        when {{ denominator }} < {{ minimum }} then 'insufficient'
        when {{ obs_status }} = 'U' or {{ denominator }} < 3 * {{ minimum }} then 'low'
        when {{ denominator }} < 10 * {{ minimum }} then 'medium'
        else 'high'
    end
{%- endmacro %}

{#-
  A number that is a sum over fractions, without the last digits: they hang on the order in which rows were added, and
  a warehouse built anew from the same files must give the same release.
-#}
{% macro settled(number) -%}
round({{ number }}, 10)
{%- endmacro %}

{#-
  A sum that does not hang on the order in which rows are added: a million persons times a mean age leave no digit
  that could be rounded away afterwards. Each summand counts to the sixth decimal, or to as many as are named.
  `over`: the window whose rows are added.
-#}
{% macro exact_sum(number, decimals=6, over=none) -%}
cast(sum(cast({{ number }} as decimal(38, {{ decimals }}))){{ ' over (' ~ over ~ ')' if over }} as double)
{%- endmacro %}
