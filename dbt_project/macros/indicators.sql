{#-
  All indicators in one pass over the facts: what an indicator is made of are rows, not queries.

  A selection is a set of cells that is added up; sides (numerator, denominator, published value) that
  select the same cells share it, so each is summed once. Derived indicators are made of two others.

  Between summing and dividing there is a row per selection, area and date, tens of millions for all municipalities over
  decades. So selections, areas and datasets go by number there, and their names come back at the end.

  as_known   false: all indicators out of the cells that hold now (fct_indicator). true: the one named `chosen`, or all
             when that is null, out of the cells known at the time `as_of`
-#}
{% macro indicator_values(as_known=false) -%}
{%- set facts = indicator_facts() %}
with indicators as (

    select * from {{ built('indicator') }}
    where
        computed_by in ('facts', 'derived')
        {%- if as_known %}
        and (
            chosen is null
            or indicator_id = chosen
            or indicator_id in (select unnest([operand_1, operand_2]) from {{ built('indicator') }} where indicator_id = chosen)
        )
        {%- endif %}

),

parts as (

    select * from {{ built('indicator_part') }}
    {%- if as_known %}
    where indicator_id in (select indicator_id from indicators)
    {%- endif %}

),

levels as (

    select * from {{ built('indicator_area_level') }}

),

areas as (

    select
        *,
        cast(row_number() over (order by area_key) as integer) as area_no,
        cast(dense_rank() over (order by area_code) as integer) as code_no
    from {{ built('dim_area') }}

),

datasets as (

    select dataset_id, cast(row_number() over (order by dataset_id) as smallint) as dataset_no
    from {{ built('dim_dataset') }}

),

selection_parts as (

    select
        *,
        cast(dense_rank() over (order by selection_id) as smallint) as selection_no,
        cast(count(*) over (partition by selection_id) as smallint) as parts_declared
    from (select distinct * exclude (indicator_id, role) from parts) as parts_of_selections

),

{% for fact in facts -%}
{{ fact.name }}_cells as (

    select
        selection_parts.selection_no,
        selection_parts.parts_declared,
        selection_parts.factor,
        areas.area_no,
        areas.code_no,
        facts.is_backcast,
        facts.reference_date,
        facts.period_key,
        facts.value,
        cast({{ status_rank('facts.obs_status') }} as tinyint) as status_rank,
        cast(ascii(facts.conf_status) as tinyint) as conf_sign,
        facts.missing_reason,
        cast(facts.rounding_base as smallint) as rounding_base,
        datasets.dataset_no,
        facts.known_from
    from {{ built(fact.model) }} as facts
    inner join selection_parts
        on facts.measure_code = selection_parts.measure_code
        {%- for dimension in fact.dimensions %}
        and facts.{{ dimension }}_code = selection_parts.{{ dimension }}_code
        {%- endfor %}
    inner join areas on facts.area_key = areas.area_key
    inner join datasets on facts.dataset_id = datasets.dataset_id
    where
        selection_parts.fact = '{{ fact.name }}'
        and facts.missing_reason <> 'area_not_existing'
        and not {{ within_a_year('facts.period_key') }}
        {%- if as_known %}
        and {{ was_known('facts') }}
        {%- else %}
        and facts.is_preferred
        {%- endif %}

),

{% endfor -%}
cells as (

    {%- for fact in facts %}

    select * from {{ fact.name }}_cells
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

-- one row per selection, area and date: the sum of its parts, missing when one of them is
selections as (

    select
        selection_no,
        code_no,
        reference_date,
        min(area_no) as area_no,
        any_value(period_key) as period_key,
        bool_or(is_backcast) as is_backcast,
        case when count(value) = any_value(parts_declared) then {{ exact_sum('value * factor') }} end as value,
        max(status_rank) as status_rank,
        max(conf_sign) as conf_sign,
        case
            when count(value) = any_value(parts_declared) then 'none'
            when count(*) < any_value(parts_declared) then 'not_delivered'
            when count(*) = 1 then any_value(missing_reason)
            else 'part_missing'
        end as missing_reason,
        max(rounding_base) as rounding_base,
        cast(coalesce(sum(abs(factor) * floor(rounding_base / 2)), 0) as float) as rounding_slack,
        -- two datasets at most make up a selection: its total and its groups
        min(dataset_no) as first_dataset,
        max(dataset_no) as last_dataset,
        max(known_from) as known_from
    from cells
    group by selection_no, code_no, reference_date

),

-- a date for which no area has a denominator is a date the indicator is not computed for
selection_dates as (

    select distinct selection_no, reference_date from selections

),

sides as (

    select
        indicators.indicator_id,
        indicators.denominator_date,
        indicators.is_estimate,
        indicators.multiplier,
        indicators.indicator_id in (select unnest([operand_1, operand_2]) from indicators) as is_operand,
        max(case when parts.role = 'numerator' then numbers.selection_no end) as numerator_selection,
        max(case when parts.role = 'denominator' then numbers.selection_no end) as denominator_selection,
        max(case when parts.role = 'value' then numbers.selection_no end) as value_selection,
        min(indicators.first_period) as first_period,
        min(indicators.last_period) as last_period
    from indicators
    inner join parts on indicators.indicator_id = parts.indicator_id
    inner join (select distinct selection_id, selection_no from selection_parts) as numbers
        on parts.selection_id = numbers.selection_id
    group by indicators.indicator_id, indicators.denominator_date, indicators.is_estimate, indicators.multiplier

),

numerators as (

    select
        sides.*,
        selections.* exclude (selection_no),
        case sides.denominator_date
            when 'same' then selections.reference_date
            when 'year_end' then make_date(cast(year(selections.reference_date) as integer), 12, 31)
            else make_date(cast(year(selections.reference_date) as integer) - 1, 12, 31)
        end as first_denominator_date,
        case when sides.denominator_date = 'mean_of_two'
            then make_date(cast(year(selections.reference_date) as integer), 12, 31)
        end as second_denominator_date
    from sides
    inner join selections on sides.numerator_selection = selections.selection_no
    where
        (sides.first_period is null or selections.reference_date >= sides.first_period)
        and (sides.last_period is null or selections.reference_date < sides.last_period)

),

-- what is looked up beside the numerators, and no more
denominators as (

    select * from selections
    where selection_no in (select denominator_selection from sides where denominator_selection is not null)

),

later_denominators as (

    select * from selections
    where selection_no in (select denominator_selection from sides where denominator_date = 'mean_of_two')

),

published_values as (

    select * from selections
    where selection_no in (select value_selection from sides where value_selection is not null)

),

joined as (

    select
        numerators.*,
        denominators.selection_no is not null
        and (numerators.second_denominator_date is null or later.selection_no is not null) as has_denominator,
        case
            when numerators.second_denominator_date is null then denominators.value
            else (denominators.value + later.value) / 2
        end as denominator,
        coalesce(denominators.missing_reason, 'not_delivered') as denominator_reason,
        greatest(denominators.status_rank, later.status_rank) as denominator_rank,
        greatest(denominators.rounding_base, later.rounding_base) as denominator_base,
        denominators.first_dataset as denominator_first_dataset,
        denominators.last_dataset as denominator_last_dataset,
        published.value as published_value,
        published.status_rank as published_rank,
        coalesce(published.missing_reason, 'not_delivered') as published_reason,
        greatest(numerators.conf_sign, denominators.conf_sign, later.conf_sign, published.conf_sign)
            as worst_conf_sign,
        greatest(numerators.known_from, denominators.known_from, later.known_from, published.known_from)
            as latest_known_from
    from numerators
    left join denominators
        on numerators.denominator_selection = denominators.selection_no
        and numerators.code_no = denominators.code_no
        and numerators.first_denominator_date = denominators.reference_date
    left join later_denominators as later
        on numerators.denominator_selection = later.selection_no
        and numerators.code_no = later.code_no
        and numerators.second_denominator_date = later.reference_date
    left join published_values as published
        on numerators.value_selection = published.selection_no
        and numerators.code_no = published.code_no
        and numerators.reference_date = published.reference_date
    left join selection_dates
        on numerators.denominator_selection = selection_dates.selection_no
        and numerators.first_denominator_date = selection_dates.reference_date
    left join selection_dates as later_dates
        on numerators.denominator_selection = later_dates.selection_no
        and numerators.second_denominator_date = later_dates.reference_date
    where
        numerators.denominator_selection is null
        or (
            selection_dates.selection_no is not null
            and (numerators.second_denominator_date is null or later_dates.selection_no is not null)
        )

),

computed as not materialized (

    select
        indicator_id,
        is_operand,
        area_no,
        code_no,
        is_backcast,
        period_key,
        reference_date,
        case
            when value_selection is not null then published_value
            when denominator_selection is not null then value / nullif(denominator, 0) * multiplier
            else value * multiplier
        end as value,
        value as numerator,
        denominator,
        case
            when value_selection is not null then published_rank
            else greatest(status_rank, coalesce(denominator_rank, 1), case when is_estimate then 3 else 1 end)
        end as value_rank,
        worst_conf_sign as conf_sign,
        case
            when value_selection is not null then published_reason
            when value is null then missing_reason
            when denominator_selection is null then 'none'
            when not has_denominator then 'not_delivered'
            when denominator is null then denominator_reason
            when denominator = 0 then 'not_meaningful'
            else 'none'
        end as missing_reason,
        greatest(rounding_base, denominator_base) as rounding_base,
        rounding_slack,
        first_dataset,
        last_dataset,
        denominator_first_dataset,
        denominator_last_dataset,
        latest_known_from as known_from
    from joined

),

operands as (

    select * from computed where is_operand

),

derived as (

    select
        indicators.indicator_id,
        false as is_operand,
        first_operand.area_no,
        first_operand.code_no,
        first_operand.is_backcast or second_operand.is_backcast as is_backcast,
        first_operand.period_key,
        first_operand.reference_date,
        {{ value_of_two() }} as value,
        first_operand.value as numerator,
        second_operand.value as denominator,
        greatest(first_operand.value_rank, second_operand.value_rank) as value_rank,
        greatest(first_operand.conf_sign, second_operand.conf_sign) as conf_sign,
        {{ reason_of_two('missing_reason') }} as missing_reason,
        greatest(first_operand.rounding_base, second_operand.rounding_base) as rounding_base,
        0 as rounding_slack,
        first_operand.first_dataset,
        first_operand.last_dataset,
        first_operand.denominator_first_dataset,
        first_operand.denominator_last_dataset,
        greatest(first_operand.known_from, second_operand.known_from) as known_from
    from indicators
    inner join operands as first_operand on indicators.operand_1 = first_operand.indicator_id
    inner join operands as second_operand
        on indicators.operand_2 = second_operand.indicator_id
        and first_operand.code_no = second_operand.code_no
        and first_operand.reference_date = second_operand.reference_date

),

all_values as (

    select * from computed
    union all
    select * from derived

),

dataset_names as (

    select
        first_one.dataset_no as first_dataset,
        last_one.dataset_no as last_dataset,
        case
            when first_one.dataset_no = last_one.dataset_no then first_one.dataset_id
            else first_one.dataset_id || ', ' || last_one.dataset_id
        end as names
    from datasets as first_one
    inner join datasets as last_one on first_one.dataset_no <= last_one.dataset_no

)

select
    all_values.indicator_id,
    areas.area_key,
    areas.area_code,
    areas.area_level,
    all_values.is_backcast,
    all_values.period_key,
    all_values.reference_date,
    all_values.value,
    all_values.numerator,
    all_values.denominator,
    case when all_values.value is null then 'M' else {{ status_of_rank('all_values.value_rank') }} end as obs_status,
    chr(all_values.conf_sign) as conf_status,
    all_values.missing_reason,
    cast(all_values.rounding_base as integer) as rounding_base,
    cast(all_values.rounding_slack as double) as rounding_slack,
    numerator_datasets.names as numerator_dataset,
    denominator_datasets.names as denominator_dataset,
    all_values.known_from
from all_values
inner join areas on all_values.area_no = areas.area_no
left join dataset_names as numerator_datasets
    on all_values.first_dataset = numerator_datasets.first_dataset
    and all_values.last_dataset = numerator_datasets.last_dataset
left join dataset_names as denominator_datasets
    on all_values.denominator_first_dataset = denominator_datasets.first_dataset
    and all_values.denominator_last_dataset = denominator_datasets.last_dataset
inner join levels
    on all_values.indicator_id = levels.indicator_id
    and areas.area_level = levels.area_level
{%- if as_known %}
where chosen is null or all_values.indicator_id = chosen
{%- endif %}
{% endmacro %}
