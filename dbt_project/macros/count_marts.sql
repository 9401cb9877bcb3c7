{#-
  The marts of counts: which facts each is made of, and the columns that, with area, period and measure, name a cell.
  One description serves the marts themselves and the table macros that carry them to another territory or time.
-#}
{% macro count_marts() %}
    {{ return({
        'population': {
            'facts': {'population': ['sex_code', 'age_group_code', 'nationality_code']},
            'dimensions': ['sex_code', 'age_group_code', 'nationality_code'],
        },
        'education': {
            'facts': {
                'school_enrolment': ['school_type_code', 'sex_code', 'nationality_code', 'grade_code'],
                'school_leaver': ['sex_code', 'qualification_code'],
            },
            'dimensions': ['school_type_code', 'sex_code', 'nationality_code', 'grade_code', 'qualification_code'],
        },
        'social_benefits': {
            'facts': {'benefit_receipt': ['benefit_code', 'sex_code', 'nationality_code', 'age_group_code', 'setting_code']},
            'dimensions': ['benefit_code', 'sex_code', 'nationality_code', 'age_group_code', 'setting_code'],
        },
        'childcare': {
            'facts': {
                'childcare': ['childcare_type_code', 'age_group_code'],
                'youth_facility': ['facility_branch_code', 'facility_type_code'],
            },
            'dimensions': ['childcare_type_code', 'age_group_code', 'facility_branch_code', 'facility_type_code'],
        },
        'labour_market': {
            'facts': {
                'unemployment': ['sex_code', 'nationality_code', 'age_group_code', 'unemployed_group_code'],
                'employment': ['sex_code', 'nationality_code'],
            },
            'dimensions': ['sex_code', 'nationality_code', 'age_group_code', 'unemployed_group_code'],
        },
        'care': {
            'facts': {
                'care_recipient': ['care_type_code', 'care_type_until_2007_code', 'sex_code'],
                'care_facility': [],
            },
            'dimensions': ['care_type_code', 'care_type_until_2007_code', 'sex_code'],
        },
        'migration': {
            'facts': {'migration': ['sex_code', 'age_group_code', 'nationality_code']},
            'dimensions': ['sex_code', 'age_group_code', 'nationality_code'],
        },
        'vital_events': {
            'facts': {
                'birth': ['sex_code', 'nationality_code', 'mother_age_code'],
                'death': ['sex_code', 'nationality_code', 'age_group_code'],
            },
            'dimensions': ['sex_code', 'nationality_code', 'age_group_code', 'mother_age_code'],
        },
        'housing': {
            'facts': {'dwelling': ['building_size_code', 'dwelling_size_code']},
            'dimensions': ['building_size_code', 'dwelling_size_code'],
        },
        'elections': {
            'facts': {'election': ['party_code']},
            'dimensions': ['party_code'],
        },
        'census_2011': {
            'facts': {
                'household': ['household_type_code'],
                'immigration_background': ['migration_background_code', 'age_group_code', 'length_of_stay_code', 'sex_code', 'nationality_code'],
            },
            'dimensions': ['household_type_code', 'migration_background_code', 'age_group_code', 'length_of_stay_code', 'sex_code', 'nationality_code'],
        },
        'structure': {
            'facts': {
                'structure_figure': [],
                'deprivation': [],
            },
            'dimensions': [],
        },
        'income': {
            'facts': {'income': [], 'poverty_risk': []},
            'dimensions': [],
        },
        'land_area': {
            'facts': {'area_size': []},
            'dimensions': [],
        },
    }) }}
{% endmacro %}

{#- The columns that name a cell of a mart beside area, period and measure. -#}
{% macro cell_columns(mart) %}
    {%- set found = count_marts()[mart] -%}
    {{ return((['subject'] if found.facts | length > 1 else []) + found.dimensions) }}
{% endmacro %}

{#- The rows of a mart. CTEs stand before it: `areas` (dim_area) and one for each of its facts, named for the fact. -#}
{% macro count_mart(mart) %}
{%- set found = count_marts()[mart] -%}
cells as (
    {%- for fact, own in found.facts.items() %}

    select
        {% if found.facts | length > 1 -%}
        '{{ fact }}' as subject,
        {% endif -%}
        area_key,
        area_code,
        is_backcast,
        period_key,
        reference_date,
        {% for dimension in found.dimensions -%}
        {{ dimension if dimension in own else "'_T' as " ~ dimension }},
        {% endfor -%}
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base,
        dataset_id,
        snapshot_id,
        known_from
    from {{ fact }}
    where missing_reason <> 'area_not_existing'
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

)

select
    {% for column in cell_columns(mart) if column == 'subject' -%}
    cells.subject,
    {% endfor -%}
    cells.area_key,
    cells.area_code,
    areas.area_level,
    areas.area_name,
    cells.is_backcast,
    cells.period_key,
    cells.reference_date,
    {% for dimension in found.dimensions -%}
    cells.{{ dimension }},
    {% endfor -%}
    cells.measure_code,
    cells.unit,
    cells.value,
    cells.obs_status,
    cells.conf_status,
    cells.missing_reason,
    cells.raw_symbol,
    cells.rounding_base,
    cells.dataset_id,
    cells.snapshot_id,
    cells.known_from
from cells
inner join areas on cells.area_key = areas.area_key
{%- endmacro %}
