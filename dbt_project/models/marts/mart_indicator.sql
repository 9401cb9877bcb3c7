{#- All indicators in one pass over the facts: the parts an indicator is made of are rows, not queries. -#}
with indicators as (

    select * from {{ ref('indicator') }}

),

parts as (

    select * from {{ ref('indicator_part') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

cells as (

    select
        'population' as fact,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        measure_code,
        sex_code,
        age_group_code,
        nationality_code,
        '_T' as benefit_code,
        '_T' as setting_code,
        '_T' as qualification_code,
        '_T' as childcare_type_code,
        '_T' as unemployed_group_code,
        value,
        obs_status,
        conf_status,
        missing_reason,
        rounding_base,
        dataset_id,
        known_from
    from {{ ref('fct_population') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'school_leaver' as fact,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        measure_code,
        sex_code,
        '_T' as age_group_code,
        '_T' as nationality_code,
        '_T' as benefit_code,
        '_T' as setting_code,
        qualification_code,
        '_T' as childcare_type_code,
        '_T' as unemployed_group_code,
        value,
        obs_status,
        conf_status,
        missing_reason,
        rounding_base,
        dataset_id,
        known_from
    from {{ ref('fct_school_leaver') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'benefit_receipt' as fact,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        measure_code,
        sex_code,
        age_group_code,
        nationality_code,
        benefit_code,
        setting_code,
        '_T' as qualification_code,
        '_T' as childcare_type_code,
        '_T' as unemployed_group_code,
        value,
        obs_status,
        conf_status,
        missing_reason,
        rounding_base,
        dataset_id,
        known_from
    from {{ ref('fct_benefit_receipt') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'childcare' as fact,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        measure_code,
        '_T' as sex_code,
        age_group_code,
        '_T' as nationality_code,
        '_T' as benefit_code,
        '_T' as setting_code,
        '_T' as qualification_code,
        childcare_type_code,
        '_T' as unemployed_group_code,
        value,
        obs_status,
        conf_status,
        missing_reason,
        rounding_base,
        dataset_id,
        known_from
    from {{ ref('fct_childcare') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'unemployment' as fact,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        measure_code,
        sex_code,
        age_group_code,
        nationality_code,
        '_T' as benefit_code,
        '_T' as setting_code,
        '_T' as qualification_code,
        '_T' as childcare_type_code,
        unemployed_group_code,
        value,
        obs_status,
        conf_status,
        missing_reason,
        rounding_base,
        dataset_id,
        known_from
    from {{ ref('fct_unemployment') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'income' as fact,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        measure_code,
        '_T' as sex_code,
        '_T' as age_group_code,
        '_T' as nationality_code,
        '_T' as benefit_code,
        '_T' as setting_code,
        '_T' as qualification_code,
        '_T' as childcare_type_code,
        '_T' as unemployed_group_code,
        value,
        obs_status,
        conf_status,
        missing_reason,
        rounding_base,
        dataset_id,
        known_from
    from {{ ref('fct_income') }}
    where is_preferred and missing_reason <> 'area_not_existing'

    union all

    select
        'area_size' as fact,
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        measure_code,
        '_T' as sex_code,
        '_T' as age_group_code,
        '_T' as nationality_code,
        '_T' as benefit_code,
        '_T' as setting_code,
        '_T' as qualification_code,
        '_T' as childcare_type_code,
        '_T' as unemployed_group_code,
        value,
        obs_status,
        conf_status,
        missing_reason,
        rounding_base,
        dataset_id,
        known_from
    from {{ ref('fct_area_size') }}
    where is_preferred and missing_reason <> 'area_not_existing'

),

part_counts as (

    select indicator_id, role, count(*) as parts_declared
    from parts
    group by indicator_id, role

),

-- one row per indicator, role, area and date: the sum of its parts, missing when one of them is
sides as (

    select
        parts.indicator_id,
        parts.role,
        cells.area_code,
        cells.reference_date,
        any_value(cells.area_key) as area_key,
        any_value(cells.period_key) as period_key,
        bool_or(cells.is_backcast) as is_backcast,
        case when count(cells.value) = any_value(part_counts.parts_declared) then sum(cells.value) end as value,
        {{ worst_status('cells.obs_status') }} as obs_status,
        max(cells.conf_status) as conf_status,
        case
            when count(cells.value) = any_value(part_counts.parts_declared) then 'none'
            when count(*) < any_value(part_counts.parts_declared) then 'not_delivered'
            when count(*) = 1 then any_value(cells.missing_reason)
            else 'part_missing'
        end as missing_reason,
        max(cells.rounding_base) as rounding_base,
        string_agg(distinct cells.dataset_id, ', ' order by cells.dataset_id) as datasets,
        max(cells.known_from) as known_from
    from parts
    inner join cells
        on cells.fact = parts.fact
        and cells.measure_code = parts.measure_code
        and cells.sex_code = parts.sex_code
        and cells.age_group_code = parts.age_group_code
        and cells.nationality_code = parts.nationality_code
        and cells.benefit_code = parts.benefit_code
        and cells.setting_code = parts.setting_code
        and cells.qualification_code = parts.qualification_code
        and cells.childcare_type_code = parts.childcare_type_code
        and cells.unemployed_group_code = parts.unemployed_group_code
    inner join part_counts
        on parts.indicator_id = part_counts.indicator_id and parts.role = part_counts.role
    group by parts.indicator_id, parts.role, cells.area_code, cells.reference_date

),

numerators as (

    select
        sides.*,
        indicators.denominator_date,
        case indicators.denominator_date
            when 'same' then sides.reference_date
            when 'year_end_before' then make_date(cast(year(sides.reference_date) as integer) - 1, 12, 31)
        end as denominator_reference_date
    from sides
    inner join indicators on sides.indicator_id = indicators.indicator_id
    where sides.role = 'numerator'

),

denominators as (

    select * from sides where role = 'denominator'

),

published_values as (

    select * from sides where role = 'value'

),

-- a date for which no area has a denominator is a date the indicator is not computed for
denominator_dates as (

    select distinct indicator_id, reference_date from denominators

),

joined as (

    select
        numerators.indicator_id,
        numerators.area_key,
        numerators.area_code,
        numerators.period_key,
        numerators.reference_date,
        numerators.is_backcast,
        numerators.value as numerator,
        denominators.value as denominator,
        published_values.value as published_value,
        published_values.indicator_id is not null as is_published_value,
        denominators.indicator_id is not null as has_denominator,
        part_counts.indicator_id is not null as needs_denominator,
        value_counts.indicator_id is not null as needs_published_value,
        numerators.missing_reason as numerator_reason,
        denominators.missing_reason as denominator_reason,
        published_values.missing_reason as published_reason,
        numerators.obs_status as numerator_status,
        denominators.obs_status as denominator_status,
        published_values.obs_status as published_status,
        greatest(
            numerators.conf_status,
            coalesce(denominators.conf_status, 'F'),
            coalesce(published_values.conf_status, 'F')
        ) as conf_status,
        greatest(numerators.rounding_base, denominators.rounding_base) as rounding_base,
        numerators.datasets as numerator_dataset,
        denominators.datasets as denominator_dataset,
        greatest(
            numerators.known_from,
            coalesce(denominators.known_from, numerators.known_from),
            coalesce(published_values.known_from, numerators.known_from)
        ) as known_from
    from numerators
    left join denominators
        on numerators.indicator_id = denominators.indicator_id
        and numerators.area_code = denominators.area_code
        and numerators.denominator_reference_date = denominators.reference_date
    left join published_values
        on numerators.indicator_id = published_values.indicator_id
        and numerators.area_code = published_values.area_code
        and numerators.reference_date = published_values.reference_date
    left join part_counts
        on numerators.indicator_id = part_counts.indicator_id and part_counts.role = 'denominator'
    left join part_counts as value_counts
        on numerators.indicator_id = value_counts.indicator_id and value_counts.role = 'value'
    left join denominator_dates
        on numerators.indicator_id = denominator_dates.indicator_id
        and numerators.denominator_reference_date = denominator_dates.reference_date
    where part_counts.indicator_id is null or denominator_dates.indicator_id is not null

),

valued as (

    select
        joined.*,
        indicators.multiplier,
        case
            when joined.needs_published_value then joined.published_value
            when joined.needs_denominator
                then joined.numerator / nullif(joined.denominator, 0) * indicators.multiplier
            else joined.numerator * indicators.multiplier
        end as value
    from joined
    inner join indicators on joined.indicator_id = indicators.indicator_id

)

select
    valued.indicator_id,
    indicators.name_de as indicator_name_de,
    indicators.name_en as indicator_name_en,
    indicators.policy_field,
    valued.area_key,
    valued.area_code,
    areas.area_level,
    areas.area_name,
    valued.is_backcast,
    valued.period_key,
    valued.reference_date,
    valued.value,
    valued.numerator,
    valued.denominator,
    indicators.unit,
    cast(indicators.decimals as integer) as decimals,
    case
        when valued.value is null then 'M'
        when valued.needs_published_value then valued.published_status
        else {{ worse_status('valued.numerator_status', 'valued.denominator_status') }}
    end as obs_status,
    valued.conf_status,
    case
        when valued.value is not null then 'none'
        when valued.needs_published_value then coalesce(valued.published_reason, 'not_delivered')
        when valued.numerator is null then valued.numerator_reason
        when not valued.has_denominator then 'not_delivered'
        when valued.denominator is null then valued.denominator_reason
        else 'not_meaningful'
    end as missing_reason,
    valued.rounding_base,
    valued.numerator_dataset,
    valued.denominator_dataset,
    valued.known_from
from valued
inner join indicators on valued.indicator_id = indicators.indicator_id
inner join areas on valued.area_key = areas.area_key
