{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('dwelling', ['building_size', 'dwelling_size'], [
    {'model': 'stg_regionalstatistik__31231_02_01_4'},
    {'model': 'stg_regionalstatistik__31231_01_02_4'},
    {'model': 'stg_berlin__berlin_lor_housing_stock'},
    {'model': 'stg_regionalstatistik__gemeinden_flats_2021_derivative', 'gemeinden': True},
], judged_by={
    'parts': [
        {'dimension': 'dwelling_size', 'measure': 'dwellings', 'parts': ['ROOMS_1', 'ROOMS_2', 'ROOMS_3', 'ROOMS_4', 'ROOMS_5', 'ROOMS_6', 'ROOMS_GE7']},
        {'dimension': 'building_size', 'measure': 'residential_buildings', 'parts': ['DWELLINGS_1', 'DWELLINGS_2', 'DWELLINGS_GE3', 'DORMITORY']},
    ],
    'rounded': {'living_space_tsqm': 0.1},
    'standing': True,
}) }}
