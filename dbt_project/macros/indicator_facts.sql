{#- Generated from dbt_project/indicators by `python -m dbt_project.indicators`; do not edit. Facts an indicator may select from, with their dimensions. -#}
{% macro indicator_facts() -%}
{{ return([
    {'name': 'population', 'model': 'fct_population', 'dimensions': ['sex', 'age_group', 'nationality']},
    {'name': 'school_enrolment', 'model': 'fct_school_enrolment', 'dimensions': ['sex', 'nationality', 'school_type', 'grade']},
    {'name': 'school_leaver', 'model': 'fct_school_leaver', 'dimensions': ['sex', 'qualification']},
    {'name': 'benefit_receipt', 'model': 'fct_benefit_receipt', 'dimensions': ['sex', 'age_group', 'nationality', 'benefit', 'setting']},
    {'name': 'childcare', 'model': 'fct_childcare', 'dimensions': ['age_group', 'childcare_type']},
    {'name': 'youth_facility', 'model': 'fct_youth_facility', 'dimensions': ['facility_branch', 'facility_type']},
    {'name': 'unemployment', 'model': 'fct_unemployment', 'dimensions': ['sex', 'age_group', 'nationality', 'unemployed_group']},
    {'name': 'income', 'model': 'fct_income', 'dimensions': []},
    {'name': 'area_size', 'model': 'fct_area_size', 'dimensions': []},
    {'name': 'migration', 'model': 'fct_migration', 'dimensions': ['sex', 'age_group', 'nationality']},
    {'name': 'employment', 'model': 'fct_employment', 'dimensions': ['sex', 'nationality']},
    {'name': 'care_recipient', 'model': 'fct_care_recipient', 'dimensions': ['care_type', 'care_type_until_2007', 'sex']},
    {'name': 'care_facility', 'model': 'fct_care_facility', 'dimensions': []},
    {'name': 'poverty_risk', 'model': 'fct_poverty_risk', 'dimensions': []},
    {'name': 'birth', 'model': 'fct_birth', 'dimensions': ['sex', 'nationality', 'mother_age']},
    {'name': 'death', 'model': 'fct_death', 'dimensions': ['sex', 'nationality', 'age_group']},
    {'name': 'household', 'model': 'fct_household', 'dimensions': ['household_type']},
    {'name': 'immigration_background', 'model': 'fct_immigration_background', 'dimensions': ['migration_background', 'age_group', 'length_of_stay', 'sex', 'nationality']},
    {'name': 'dwelling', 'model': 'fct_dwelling', 'dimensions': ['building_size', 'dwelling_size']},
    {'name': 'election', 'model': 'fct_election', 'dimensions': ['party']},
    {'name': 'deprivation', 'model': 'fct_deprivation', 'dimensions': []},
    {'name': 'structure_figure', 'model': 'fct_structure_figure', 'dimensions': []}
]) }}
{%- endmacro %}

{#- Facts counted on a municipality's forms, with the form, and their dimensions: kept apart. -#}
{% macro indicator_forms() -%}
{{ return({'forms': {'resident': 'bevoelkerung-kleinraeumig', 'youth_support': 'hilfen-zur-erziehung', 'risk_assessment': 'gefaehrdungseinschaetzungen', 'taking_into_care': 'inobhutnahmen'}, 'dimensions': ['age_group', 'sex', 'nationality', 'youth_support', 'assessment_result', 'taking_into_care_reason']}) }}
{%- endmacro %}
