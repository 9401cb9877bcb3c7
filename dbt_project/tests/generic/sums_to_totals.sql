{#- A plain sum over the rows of an area and date is the total that the fact prefers; nothing is left out or twice. -#}
{% test sums_to_totals(model, fact, measure, totals) %}
with summed as (

    select area_key, period_key, sum(value) as value from {{ model }} group by area_key, period_key

),

levels as (

    select distinct areas.area_level
    from {{ model }} as summands
    inner join {{ ref('dim_area') }} as areas on summands.area_key = areas.area_key

),

published as (

    select facts.area_key, facts.period_key, facts.value
    from {{ ref('fct_' ~ fact) }} as facts
    inner join {{ ref('dim_area') }} as areas on facts.area_key = areas.area_key
    inner join levels on areas.area_level = levels.area_level
    where
        facts.is_preferred
        and not facts.is_backcast
        and facts.missing_reason <> 'area_not_existing'
        and facts.measure_code = '{{ measure }}'
        {%- for column, code in totals.items() %}
        and facts.{{ column }} = '{{ code }}'
        {%- endfor %}

)

select
    coalesce(summed.area_key, published.area_key) as area_key,
    coalesce(summed.period_key, published.period_key) as period_key,
    summed.value as summed,
    published.value as published
from summed
full outer join published on summed.area_key = published.area_key and summed.period_key = published.period_key
where summed.area_key is null or published.area_key is null or summed.value is distinct from published.value
{% endtest %}
