{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{#- The last three were succeeded by others: one series goes across, the seam is a row of dim_break. -#}
{{ versioned_fact('benefit_receipt', ['benefit', 'sex', 'nationality', 'age_group', 'setting'], [
    {'model': 'stg_regionalstatistik__22121_01_03_4', 'fixed': {'benefit': 'SGB12_HLU'}},
    {'model': 'stg_regionalstatistik__22811_01_01_4', 'has': ['benefit', 'setting']},
    {'model': 'stg_regionalstatistik__22811_02_02_4', 'has': ['benefit', 'sex', 'nationality', 'age_group']},
    {'model': 'stg_regionalstatistik__22151_01_02_4', 'fixed': {'benefit': 'SGB12_GSIAE'}},
    {'model': 'stg_regionalstatistik__22221_01_01_4', 'has': ['benefit', 'sex', 'age_group']},
    {'model': 'stg_regionalstatistik__22311_01_02_4', 'has': ['benefit']},
    {'model': 'stg_regionalstatistik__22131_01_02_4'},
    {'model': 'stg_regionalstatistik__22121_01_02_4', 'fixed': {'benefit': 'SGB12_HLU'}, 'has': ['sex', 'nationality', 'age_group']},
    {'model': 'stg_regionalstatistik__22151_01_01_4', 'fixed': {'benefit': 'SGB12_GSIAE'}},
    {'model': 'stg_regionalstatistik__22311_01_01_4', 'has': ['benefit']},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'nationality', 'parts': ['GERMAN', 'FOREIGN']},
        {'dimension': 'benefit', 'total': 'MINDESTSICHERUNG', 'measure': 'persons', 'parts': ['SGB2_RLB', 'SGB12_HLU', 'SGB12_GSIAE', 'ASYLBLG'], 'at': {'part': 'SGB12_HLU', 'dimension': 'setting', 'code': 'OUTSIDE'}},
        {'dimension': 'benefit', 'total': 'SGB2_RLB', 'measure': 'persons', 'parts': ['SGB2_ELB', 'SGB2_NEF']},
        {'dimension': 'benefit', 'total': 'ASYLBLG', 'measure': 'persons', 'parts': ['ASYLBLG_BASIC', 'ASYLBLG_HLU']},
        {'dimension': 'benefit', 'total': 'WOHNGELD', 'measure': 'households', 'parts': ['WOHNGELD_RENT', 'WOHNGELD_BURDEN']},
        {'dimension': 'setting', 'parts': ['INSIDE', 'OUTSIDE']},
        {'dimension': 'age_group', 'parts': ['Y18_TO_LIMIT', 'Y_GE_LIMIT']},
        {'dimension': 'age_group', 'parts': ['Y_LT7', 'Y7T17', 'Y18T24', 'Y25T49', 'Y50T64', 'Y_GE65']},
    ],
    'rates': ['avg_monthly_eur'],
    'unshared': {'benefit': ['MINDESTSICHERUNG', 'SGB12_HLU', 'SGB12_GSIAE', 'SGB12_K5_9', 'SGB12_CARE', 'SGB12_HEALTH', 'SGB12_INTEGRATION', 'SGB12_OTHER', 'SGB5_264', 'ASYLBLG', 'ASYLBLG_BASIC', 'ASYLBLG_HLU']},
}) }}
