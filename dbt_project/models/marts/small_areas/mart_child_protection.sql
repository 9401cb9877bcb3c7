{#-
  Indicators of child protection with the count that each is made of, named as in the policy that protects them. What a
  share is of is a count too (`denominator_code`) and printed in a row of its own.
-#}
{% set procedures = child_protection_counts() -%}
with procedures as (

    {%- for indicator_id, (numerator, denominator, measure, unit) in procedures.items() %}

    select
        '{{ indicator_id }}' as indicator_id,
        '{{ numerator }}' as protection_code,
        '{{ denominator }}' as denominator_code,
        '{{ measure }}' as measure_code,
        '{{ unit }}' as unit
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

indicators as (

    select * from {{ ref('indicator') }}

),

computed as (

    select * from {{ ref('fct_town_indicator') }}

)

select
    computed.indicator_id,
    indicators.name_de as indicator_name_de,
    indicators.name_en as indicator_name_en,
    computed.area_key,
    computed.area_code,
    computed.area_level,
    computed.area_name,
    computed.edition,
    computed.is_backcast,
    computed.period_key,
    computed.reference_date,
    procedures.protection_code,
    procedures.denominator_code,
    procedures.measure_code,
    procedures.unit,
    computed.numerator as value,
    computed.denominator,
    indicators.unit as indicator_unit,
    cast(indicators.decimals as integer) as decimals,
    computed.value as indicator_value,
    computed.lower_limit,
    computed.upper_limit,
    computed.reliability,
    {{ small_area_status('computed.numerator') }},
    computed.numerator_dataset as dataset_id,
    computed.snapshot_id,
    computed.known_from
from computed
inner join procedures on computed.indicator_id = procedures.indicator_id
inner join indicators on computed.indicator_id = indicators.indicator_id
