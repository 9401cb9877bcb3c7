{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('population', ['sex', 'age_group', 'nationality'], [
    {'model': 'stg_regionalstatistik__12411_01_01_4', 'has': ['sex']},
    {'model': 'stg_regionalstatistik__12411_02_03_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_regionalstatistik__12411_03_03_4'},
    {'model': 'stg_regionalstatistik__12411_04_02_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_berlin__ewr_lor2021', 'has': ['sex', 'age_group'], 'measure': ['registered_persons']},
    {'model': 'stg_zensus__zensus2022_bevoelkerung', 'has': []},
    {'model': 'stg_regionalstatistik__12411_04_01_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_regionalstatistik__12411_05_01_4', 'has': ['sex']},
    {'model': 'stg_regionalstatistik__12111_04_01_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_destatis__gv_isys_kreise', 'has': ['sex'], 'measure': ['persons', 'persons_census_2011_base']},
    {'model': 'stg_destatis__12521_0040', 'fixed': {'nationality': 'FOREIGN'}, 'has': ['sex']},
    {'model': 'stg_destatis__12411_0018', 'has': ['sex', 'age_group']},
    {'model': 'stg_regionalstatistik__12411_langform_derivative', 'has': ['sex', 'age_group']},
    {'model': 'stg_berlin__lor_population_derivative'},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'nationality', 'parts': ['GERMAN', 'FOREIGN']},
        {'dimension': 'age_group', 'parts': ['Y_LT3', 'Y3T5', 'Y6T9', 'Y10T14', 'Y15T17', 'Y18T19', 'Y20T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44', 'Y45T49', 'Y50T54', 'Y55T59', 'Y60T64', 'Y65T74', 'Y_GE75']},
        {'dimension': 'age_group', 'parts': ['Y_LT3', 'Y3T5', 'Y6T9', 'Y10T14', 'Y15T17', 'Y18T19', 'Y20T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44', 'Y45T49', 'Y50T54', 'Y55T59', 'Y60T64', 'Y65T69', 'Y70T74', 'Y75T79', 'Y80T84', 'Y85T89', 'Y_GE90']},
        {'dimension': 'age_group', 'parts': ['Y0', 'Y1', 'Y2', 'Y3', 'Y4', 'Y5', 'Y6', 'Y7', 'Y8', 'Y9', 'Y10', 'Y11', 'Y12', 'Y13', 'Y14', 'Y15', 'Y16', 'Y17', 'Y18', 'Y19', 'Y20', 'Y21', 'Y22', 'Y23', 'Y24', 'Y25', 'Y26', 'Y27', 'Y28', 'Y29', 'Y30', 'Y31', 'Y32', 'Y33', 'Y34', 'Y35', 'Y36', 'Y37', 'Y38', 'Y39', 'Y40', 'Y41', 'Y42', 'Y43', 'Y44', 'Y45', 'Y46', 'Y47', 'Y48', 'Y49', 'Y50', 'Y51', 'Y52', 'Y53', 'Y54', 'Y55', 'Y56', 'Y57', 'Y58', 'Y59', 'Y60', 'Y61', 'Y62', 'Y63', 'Y64', 'Y65', 'Y66', 'Y67', 'Y68', 'Y69', 'Y70', 'Y71', 'Y72', 'Y73', 'Y74', 'Y_GE75']},
        {'dimension': 'age_group', 'total': 'Y_LT3', 'parts': ['Y0', 'Y1', 'Y2']},
        {'dimension': 'age_group', 'total': 'Y65T74', 'parts': ['Y65', 'Y66', 'Y67', 'Y68', 'Y69', 'Y70', 'Y71', 'Y72', 'Y73', 'Y74']},
    ],
    'rounded': {'persons_mean': 1.0},
}) }}
