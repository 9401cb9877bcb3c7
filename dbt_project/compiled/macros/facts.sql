{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{#- Facts over published tables, with their dimensions. -#}
{% macro indicator_facts() -%}
{{ return([
    {'name': 'area_size', 'model': 'fct_area_size', 'dimensions': []},
    {'name': 'benefit_receipt', 'model': 'fct_benefit_receipt', 'dimensions': ['benefit', 'sex', 'nationality', 'age_group', 'setting']},
    {'name': 'birth', 'model': 'fct_birth', 'dimensions': ['sex', 'nationality', 'mother_age']},
    {'name': 'care_facility', 'model': 'fct_care_facility', 'dimensions': []},
    {'name': 'care_recipient', 'model': 'fct_care_recipient', 'dimensions': ['care_type', 'care_type_until_2007', 'sex']},
    {'name': 'census_figure', 'model': 'fct_census_figure', 'dimensions': ['sex', 'age_group']},
    {'name': 'childcare', 'model': 'fct_childcare', 'dimensions': ['childcare_type', 'age_group']},
    {'name': 'death', 'model': 'fct_death', 'dimensions': ['sex', 'nationality', 'age_group']},
    {'name': 'deprivation', 'model': 'fct_deprivation', 'dimensions': []},
    {'name': 'dwelling', 'model': 'fct_dwelling', 'dimensions': ['building_size', 'dwelling_size']},
    {'name': 'earnings', 'model': 'fct_earnings', 'dimensions': []},
    {'name': 'election', 'model': 'fct_election', 'dimensions': ['party']},
    {'name': 'employment', 'model': 'fct_employment', 'dimensions': ['sex', 'nationality']},
    {'name': 'household', 'model': 'fct_household', 'dimensions': ['household_type']},
    {'name': 'immigration_background', 'model': 'fct_immigration_background', 'dimensions': ['migration_background', 'age_group', 'length_of_stay', 'sex', 'nationality']},
    {'name': 'income', 'model': 'fct_income', 'dimensions': []},
    {'name': 'land_use', 'model': 'fct_land_use', 'dimensions': ['land_use']},
    {'name': 'migration', 'model': 'fct_migration', 'dimensions': ['sex', 'age_group', 'nationality']},
    {'name': 'population', 'model': 'fct_population', 'dimensions': ['sex', 'age_group', 'nationality']},
    {'name': 'poverty_risk', 'model': 'fct_poverty_risk', 'dimensions': []},
    {'name': 'protection_seeker', 'model': 'fct_protection_seeker', 'dimensions': ['protection_status', 'sex']},
    {'name': 'school_enrolment', 'model': 'fct_school_enrolment', 'dimensions': ['school_type', 'sex', 'nationality', 'grade']},
    {'name': 'school_leaver', 'model': 'fct_school_leaver', 'dimensions': ['qualification', 'sex']},
    {'name': 'school_social_index', 'model': 'fct_school_social_index', 'dimensions': ['social_index']},
    {'name': 'structure_figure', 'model': 'fct_structure_figure', 'dimensions': []},
    {'name': 'unemployment', 'model': 'fct_unemployment', 'dimensions': ['sex', 'nationality', 'age_group', 'unemployed_group']},
    {'name': 'vocational_leaver', 'model': 'fct_vocational_leaver', 'dimensions': ['qualification', 'sex']},
    {'name': 'vocational_pupil', 'model': 'fct_vocational_pupil', 'dimensions': ['vocational_school_type', 'sex', 'nationality']},
    {'name': 'youth_facility', 'model': 'fct_youth_facility', 'dimensions': ['facility_branch', 'facility_type']},
]) }}
{%- endmacro %}

{#- Facts counted on a municipality's forms, with the form, and their dimensions: kept apart. -#}
{% macro indicator_forms() -%}
{{ return({'forms': {'all_day': 'ganztag', 'basic_income': 'sgb2-kleinraeumig', 'court_measure': 'familiengericht', 'day_care_place': 'kita-plaetze', 'homelessness': 'wohnungslose', 'language_course': 'integration-kurse', 'naturalisation': 'einbuergerungen', 'newcomer': 'integration-zuwanderung', 'pupil': 'schuelerzahlen', 'resident': 'bevoelkerung-kleinraeumig', 'risk_assessment': 'gefaehrdungseinschaetzungen', 'school_entry': 'einschulungen', 'school_transfer': 'schuluebergaenge', 'social_assistance': 'sgb12-kleinraeumig', 'taking_into_care': 'inobhutnahmen', 'volunteering': 'engagement', 'youth_spending': 'jugendhilfe-ausgaben', 'youth_support': 'hilfen-zur-erziehung'}, 'dimensions': ['allday_offer', 'grade', 'allday_hours', 'age_group', 'court_measure', 'sex', 'childcare_type', 'course_type', 'newcomer_group', 'guidance_end', 'school_type', 'nationality', 'assessment_result', 'enrolment_kind', 'benefit', 'taking_into_care_reason', 'volunteer_kind', 'youth_support']}) }}
{%- endmacro %}

{#- The tables that facts are made of: publisher, the model that stages one in its own way, and
    whether Gemeinden are printed there. -#}
{% macro tables_of_facts() -%}
{{ return({
    '11111-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12111-04-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12111-07-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12111-08-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12111-32-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12411-0018': {'publisher': 'destatis', 'staged_in': 'stg_destatis__12411_0018', 'gemeinden': False},
    '12411-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12411-01-01-5': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': True},
    '12411-02-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12411-02-03-5': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': True},
    '12411-03-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12411-04-01-4': {'publisher': 'regionalstatistik', 'staged_in': 'stg_regionalstatistik__12411_04_01_4', 'gemeinden': False},
    '12411-04-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12411-05-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12411-langform-derivative': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12521-0040': {'publisher': 'destatis', 'staged_in': 'stg_destatis__12521_0040', 'gemeinden': False},
    '12531-0043': {'publisher': 'destatis', 'staged_in': 'stg_destatis__12531_0043', 'gemeinden': False},
    '12612-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12612-02-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12613-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12613-02-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12711-01-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '12711-01-03-5': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': True},
    '12711-03-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '13111-01-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '13111-02-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '13211-01-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '13211-02-05-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '14111-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '21111-01-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '21111-02-06-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '21121-01-05-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '21121-02-02-4': {'publisher': 'regionalstatistik', 'staged_in': 'stg_regionalstatistik__21121_02_02_4', 'gemeinden': False},
    '22121-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22121-01-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22131-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22151-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22151-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22221-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22311-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22311-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22411-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22411-02-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22411-02-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22411-02-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22541-01-04-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22542-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22543-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22811-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '22811-02-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '31231-01-02-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '31231-02-01-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    '33111-01-01-4': {'publisher': 'regionalstatistik', 'staged_in': 'stg_regionalstatistik__33111_01_01_4', 'gemeinden': False},
    '82411-01-03-4': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    'AI-N-05': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    'AI-S-02': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    'AI-Z-2011': {'publisher': 'regionalstatistik', 'staged_in': None, 'gemeinden': False},
    'berlin-lor-housing-stock': {'publisher': 'berlin', 'staged_in': None, 'gemeinden': False},
    'bevoelkerungspyramiden': {'publisher': 'konstanz', 'staged_in': 'stg_konstanz__bevoelkerungspyramiden', 'gemeinden': True},
    'btw2017-kreise': {'publisher': 'bundeswahlleiterin', 'staged_in': 'stg_bundeswahlleiterin__btw2017_kreise', 'gemeinden': False},
    'btw2025-kreise': {'publisher': 'bundeswahlleiterin', 'staged_in': 'stg_bundeswahlleiterin__btw2025_kreise', 'gemeinden': False},
    'ew24-strukturdaten': {'publisher': 'bundeswahlleiterin', 'staged_in': 'stg_bundeswahlleiterin__ew24_strukturdaten', 'gemeinden': False},
    'ewr-lor2021': {'publisher': 'berlin', 'staged_in': None, 'gemeinden': False},
    'gemeinden-flats-2021-derivative': {'publisher': 'regionalstatistik', 'staged_in': 'stg_regionalstatistik__gemeinden_flats_2021_derivative', 'gemeinden': True},
    'gemeinden-population-2021-derivative': {'publisher': 'regionalstatistik', 'staged_in': 'stg_regionalstatistik__gemeinden_population_2021_derivative', 'gemeinden': True},
    'gesix-planning-areas': {'publisher': 'berlin', 'staged_in': None, 'gemeinden': False},
    'gisd-kreise': {'publisher': 'rki', 'staged_in': 'stg_rki__gisd_kreise', 'gemeinden': False},
    'gv-isys-kreise': {'publisher': 'destatis', 'staged_in': 'stg_destatis__gv_isys_kreise', 'gemeinden': False},
    'inkar-bruttoverdienst': {'publisher': 'bbsr', 'staged_in': 'stg_bbsr__inkar_bruttoverdienst', 'gemeinden': False},
    'lor-population-derivative': {'publisher': 'berlin', 'staged_in': 'stg_berlin__lor_population_derivative', 'gemeinden': False},
    'nrw-schulverzeichnis': {'publisher': 'nrw', 'staged_in': 'stg_nrw__nrw_schulverzeichnis', 'gemeinden': False},
    'pendler-kreise': {'publisher': 'ba', 'staged_in': 'stg_ba__pendler_kreise', 'gemeinden': False},
    'svb-kreise-merkmale-wohnort': {'publisher': 'ba', 'staged_in': 'stg_ba__svb_kreise_merkmale_wohnort', 'gemeinden': False},
    'zensus2022-bevoelkerung': {'publisher': 'zensus', 'staged_in': 'stg_zensus__zensus2022_bevoelkerung', 'gemeinden': False},
}) }}
{%- endmacro %}

{#- The staged tables that print Gemeinden. -#}
{% macro municipal_tables() -%}
{{ return(['stg_regionalstatistik__gemeinden_flats_2021_derivative', 'stg_regionalstatistik__12711_01_03_5', 'stg_konstanz__bevoelkerungspyramiden', 'stg_regionalstatistik__12411_01_01_5', 'stg_regionalstatistik__12411_02_03_5', 'stg_regionalstatistik__gemeinden_population_2021_derivative']) }}
{%- endmacro %}

{#- Marts of counts: the facts of each, what names a cell beside area, period, measure, and the
    tables whose Gemeinden are left to the mart of Gemeinden. -#}
{% macro count_marts() -%}
{{ return({
    'population': {
        'facts': {'population': ['sex_code', 'age_group_code', 'nationality_code']},
        'dimensions': ['sex_code', 'age_group_code', 'nationality_code'],
        'without_gemeinden_of': {'population': ['bevoelkerungspyramiden', '12411-01-01-5', '12411-02-03-5', 'gemeinden-population-2021-derivative']},
    },
    'education': {
        'facts': {'school_enrolment': ['school_type_code', 'sex_code', 'nationality_code', 'grade_code'], 'school_leaver': ['qualification_code', 'sex_code']},
        'dimensions': ['school_type_code', 'sex_code', 'nationality_code', 'grade_code', 'qualification_code'],
        'without_gemeinden_of': {},
    },
    'vocational_schools': {
        'facts': {'vocational_pupil': ['vocational_school_type_code', 'sex_code', 'nationality_code'], 'vocational_leaver': ['qualification_code', 'sex_code']},
        'dimensions': ['vocational_school_type_code', 'sex_code', 'nationality_code', 'qualification_code'],
        'without_gemeinden_of': {},
    },
    'social_benefits': {
        'facts': {'benefit_receipt': ['benefit_code', 'sex_code', 'nationality_code', 'age_group_code', 'setting_code']},
        'dimensions': ['benefit_code', 'sex_code', 'nationality_code', 'age_group_code', 'setting_code'],
        'without_gemeinden_of': {},
    },
    'childcare': {
        'facts': {'childcare': ['childcare_type_code', 'age_group_code'], 'youth_facility': ['facility_branch_code', 'facility_type_code']},
        'dimensions': ['childcare_type_code', 'age_group_code', 'facility_branch_code', 'facility_type_code'],
        'without_gemeinden_of': {},
    },
    'labour_market': {
        'facts': {'unemployment': ['sex_code', 'nationality_code', 'age_group_code', 'unemployed_group_code'], 'employment': ['sex_code', 'nationality_code']},
        'dimensions': ['sex_code', 'nationality_code', 'age_group_code', 'unemployed_group_code'],
        'without_gemeinden_of': {},
    },
    'care': {
        'facts': {'care_recipient': ['care_type_code', 'care_type_until_2007_code', 'sex_code'], 'care_facility': []},
        'dimensions': ['care_type_code', 'care_type_until_2007_code', 'sex_code'],
        'without_gemeinden_of': {},
    },
    'migration': {
        'facts': {'migration': ['sex_code', 'age_group_code', 'nationality_code']},
        'dimensions': ['sex_code', 'age_group_code', 'nationality_code'],
        'without_gemeinden_of': {'migration': ['12711-01-03-5']},
    },
    'protection_seekers': {
        'facts': {'protection_seeker': ['protection_status_code', 'sex_code']},
        'dimensions': ['protection_status_code', 'sex_code'],
        'without_gemeinden_of': {},
    },
    'vital_events': {
        'facts': {'birth': ['sex_code', 'nationality_code', 'mother_age_code'], 'death': ['sex_code', 'nationality_code', 'age_group_code']},
        'dimensions': ['sex_code', 'nationality_code', 'age_group_code', 'mother_age_code'],
        'without_gemeinden_of': {},
    },
    'housing': {
        'facts': {'dwelling': ['building_size_code', 'dwelling_size_code']},
        'dimensions': ['building_size_code', 'dwelling_size_code'],
        'without_gemeinden_of': {'dwelling': ['gemeinden-flats-2021-derivative']},
    },
    'elections': {
        'facts': {'election': ['party_code']},
        'dimensions': ['party_code'],
        'without_gemeinden_of': {},
    },
    'census_2011': {
        'facts': {'household': ['household_type_code'], 'immigration_background': ['migration_background_code', 'age_group_code', 'length_of_stay_code', 'sex_code', 'nationality_code'], 'census_figure': ['sex_code', 'age_group_code']},
        'dimensions': ['household_type_code', 'migration_background_code', 'age_group_code', 'length_of_stay_code', 'sex_code', 'nationality_code'],
        'without_gemeinden_of': {},
    },
    'structure': {
        'facts': {'structure_figure': [], 'deprivation': [], 'earnings': []},
        'dimensions': [],
        'without_gemeinden_of': {},
    },
    'income': {
        'facts': {'income': [], 'poverty_risk': []},
        'dimensions': [],
        'without_gemeinden_of': {},
    },
    'municipality': {
        'facts': {'population': ['sex_code', 'age_group_code', 'nationality_code'], 'migration': ['sex_code', 'age_group_code', 'nationality_code'], 'dwelling': ['building_size_code', 'dwelling_size_code']},
        'dimensions': ['sex_code', 'age_group_code', 'nationality_code', 'building_size_code', 'dwelling_size_code'],
        'without_gemeinden_of': {},
    },
    'land_area': {
        'facts': {'area_size': []},
        'dimensions': [],
        'without_gemeinden_of': {},
    },
    'land_use': {
        'facts': {'land_use': ['land_use_code']},
        'dimensions': ['land_use_code'],
        'without_gemeinden_of': {},
    },
    'school_index': {
        'facts': {'school_social_index': ['social_index_code']},
        'dimensions': ['social_index_code'],
        'without_gemeinden_of': {},
    },
}) }}
{%- endmacro %}
