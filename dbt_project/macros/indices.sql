{#-
  Composite indices: z-values against a fixed reference, aligned by sign, combined, standardised, classed.

  Input relations:
    editions    edition_id, index_id, input, combine (sum, mean, weighted_sum), standardise, score_sd, only_year
    components  edition_id, component, sign, weight, reference_mean, reference_sd
    inputs      input, component, area_code, year, value
  Without a given reference the areas of the edition in that year are the reference, unweighted and with the
  standard deviation of a population (dividing by n), as the Monitoring Soziale Stadtentwicklung does. Neither hangs on
  the order of rows, so that no score moves over the cut of a class from one build to the next.
-#}

{#- Mean of a number over a window. -#}
{% macro exact_mean(number, over) -%}
{{ exact_sum(number, 15, over) }} / count({{ number }}) over ({{ over }})
{%- endmacro %}

{#- Standard deviation of a population over a window, from a number and its mean. -#}
{% macro deviation(number, mean, over) -%}
sqrt({{ exact_mean('power(' ~ number ~ ' - ' ~ mean ~ ', 2)', over) }})
{%- endmacro %}

{% macro index_z(editions, components, inputs) %}
{%- set reference = 'partition by editions.edition_id, components.component, inputs.year' %}
select
    edition_id,
    index_id,
    area_code,
    year,
    component,
    value,
    weight,
    sign * (value - coalesce(reference_mean, own_mean))
        / nullif(coalesce(reference_sd, {{ deviation('value', 'own_mean', 'partition by edition_id, component, year') }}), 0)
        as z
from (
    select
        editions.edition_id,
        editions.index_id,
        inputs.area_code,
        inputs.year,
        components.component,
        components.sign,
        components.weight,
        components.reference_mean,
        components.reference_sd,
        inputs.value,
        {{ exact_mean('inputs.value', reference) }} as own_mean
    from {{ editions }} as editions
    inner join {{ components }} as components on editions.edition_id = components.edition_id
    inner join {{ inputs }} as inputs
        on editions.input = inputs.input
        and components.component = inputs.component
        and (editions.only_year is null or editions.only_year = inputs.year)
) as referenced
{% endmacro %}

{#- One row per edition, area and year; no score when a component is missing. `z_values` has the columns of index_z. -#}
{% macro index_score(editions, components, z_values) %}
{%- set edition = 'partition by edition_id, year' %}
select
    edition_id,
    index_id,
    area_code,
    year,
    components_found,
    components_needed,
    {{ settled('case when standardise then raw_score / nullif(coalesce(score_sd, '
        ~ deviation('raw_score', 'own_mean', edition) ~ '), 0) else raw_score end') }} as score
from (
    select
        combined.*,
        {{ exact_mean('raw_score', edition) }} as own_mean
    from (
        select
            editions.edition_id,
            editions.index_id,
            editions.standardise,
            editions.score_sd,
            z_values.area_code,
            z_values.year,
            count(z_values.z) as components_found,
            needed.components_needed,
            case
                when count(z_values.z) < needed.components_needed then null
                when editions.combine = 'mean'
                    then {{ exact_sum('z_values.weight * z_values.z', 15) }} / {{ exact_sum('z_values.weight', 15) }}
                else {{ exact_sum('z_values.weight * z_values.z', 15) }}
            end as raw_score
        from {{ editions }} as editions
        inner join {{ z_values }} as z_values on editions.edition_id = z_values.edition_id
        inner join (
            select edition_id, count(*) as components_needed from {{ components }} group by edition_id
        ) as needed on editions.edition_id = needed.edition_id
        group by
            editions.edition_id, editions.index_id, editions.standardise, editions.score_sd, editions.combine,
            z_values.area_code, z_values.year, needed.components_needed
    ) as combined
) as scored
{% endmacro %}

{#- Classes of a score: lower limit exclusive unless it is the first, so that a value on a cut falls into the class below. -#}
{% macro index_class(scores, classes) %}
select
    scores.*,
    classes.class_code,
    classes.label_de as class_label_de,
    classes.label_en as class_label_en
from {{ scores }} as scores
left join {{ classes }} as classes
    on scores.edition_id = classes.edition_id
    and (classes.lower_limit is null or scores.score > classes.lower_limit)
    and (classes.upper_limit is null or scores.score <= classes.upper_limit)
{% endmacro %}
