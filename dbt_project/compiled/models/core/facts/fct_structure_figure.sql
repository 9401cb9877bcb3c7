{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('structure_figure', [], [
    {'model': 'stg_bundeswahlleiterin__ew24_strukturdaten'},
], judged_by={
    'rates': ['foreign_pct', 'density', 'natural_increase_per_1000', 'net_migration_per_1000', 'age_lt16_pct', 'age_16_17_pct', 'age_18_24_pct', 'age_25_34_pct', 'age_35_59_pct', 'age_60_74_pct', 'age_ge75_pct', 'land_settlement_pct', 'land_vegetation_water_pct', 'dwellings_completed_per_1000', 'dwellings_per_1000', 'living_space_per_dwelling', 'living_space_per_head', 'cars_per_1000', 'cars_electric_pct', 'enterprises_per_1000', 'craft_enterprises_per_1000', 'leavers_vocational_per_1000', 'leavers_general_per_1000', 'leavers_without_hsa_pct', 'leavers_hsa_pct', 'leavers_msa_pct', 'leavers_fhr_ahr_pct', 'childcare_rate_lt3', 'childcare_rate_3_5', 'disposable_income_eur', 'gdp_eur', 'employees_per_1000', 'employees_agriculture_pct', 'employees_manufacturing_pct', 'employees_trade_pct', 'employees_public_services_pct', 'employees_other_services_pct', 'sgb2_per_1000', 'sgb2_not_employable_pct', 'sgb2_foreign_pct', 'unemployment_rate', 'unemployment_rate_men', 'unemployment_rate_women', 'unemployment_rate_15_24', 'unemployment_rate_55_64'],
    'unjudged': ['area_sqkm'],
    'rounded': {'population_thousand': 0.1, 'population_german_thousand': 0.1, 'area_sqkm': 0.1, 'gdp_eur': 1.0, 'disposable_income_eur': 1.0, 'foreign_pct': 0.1, 'density': 0.1, 'natural_increase_per_1000': 0.1, 'net_migration_per_1000': 0.1, 'age_lt16_pct': 0.1, 'age_16_17_pct': 0.1, 'age_18_24_pct': 0.1, 'age_25_34_pct': 0.1, 'age_35_59_pct': 0.1, 'age_60_74_pct': 0.1, 'age_ge75_pct': 0.1, 'land_settlement_pct': 0.1, 'land_vegetation_water_pct': 0.1, 'dwellings_completed_per_1000': 0.1, 'dwellings_per_1000': 0.1, 'living_space_per_dwelling': 0.1, 'living_space_per_head': 0.1, 'cars_per_1000': 0.1, 'cars_electric_pct': 0.1, 'enterprises_per_1000': 0.1, 'craft_enterprises_per_1000': 0.1, 'leavers_vocational_per_1000': 0.1, 'leavers_general_per_1000': 0.1, 'leavers_without_hsa_pct': 0.1, 'leavers_hsa_pct': 0.1, 'leavers_msa_pct': 0.1, 'leavers_fhr_ahr_pct': 0.1, 'childcare_rate_lt3': 0.1, 'childcare_rate_3_5': 0.1, 'employees_per_1000': 0.1, 'employees_agriculture_pct': 0.1, 'employees_manufacturing_pct': 0.1, 'employees_trade_pct': 0.1, 'employees_public_services_pct': 0.1, 'employees_other_services_pct': 0.1, 'sgb2_per_1000': 0.1, 'sgb2_not_employable_pct': 0.1, 'sgb2_foreign_pct': 0.1, 'unemployment_rate': 0.1, 'unemployment_rate_men': 0.1, 'unemployment_rate_women': 0.1, 'unemployment_rate_15_24': 0.1, 'unemployment_rate_55_64': 0.1},
    'wholes': [
        {'measures': ['age_lt16_pct', 'age_16_17_pct', 'age_18_24_pct', 'age_25_34_pct', 'age_35_59_pct', 'age_60_74_pct', 'age_ge75_pct'], 'give': 100.0},
        {'measures': ['leavers_without_hsa_pct', 'leavers_hsa_pct', 'leavers_msa_pct', 'leavers_fhr_ahr_pct'], 'give': 100.0},
        {'measures': ['land_settlement_pct', 'land_vegetation_water_pct'], 'give': 100.0},
        {'measures': ['employees_agriculture_pct', 'employees_manufacturing_pct', 'employees_trade_pct', 'employees_public_services_pct', 'employees_other_services_pct'], 'give': 100.0},
    ],
    'weighted': [
        {'measures': ['age_lt16_pct', 'age_16_17_pct', 'age_18_24_pct', 'age_25_34_pct', 'age_35_59_pct', 'age_60_74_pct', 'age_ge75_pct', 'foreign_pct', 'cars_per_1000', 'dwellings_per_1000', 'living_space_per_head', 'employees_per_1000', 'sgb2_per_1000', 'net_migration_per_1000'], 'by': ['population_thousand']},
        {'measures': ['disposable_income_eur', 'gdp_eur'], 'by': ['population_thousand'], 'within': 0.002},
        {'measures': ['enterprises_per_1000', 'craft_enterprises_per_1000', 'leavers_general_per_1000'], 'by': ['population_thousand'], 'within': 0.02},
        {'measures': ['leavers_vocational_per_1000', 'dwellings_completed_per_1000'], 'by': ['population_thousand'], 'within': 0.06},
        {'measures': ['unemployment_rate', 'unemployment_rate_men', 'unemployment_rate_women', 'unemployment_rate_15_24', 'unemployment_rate_55_64'], 'by': ['population_thousand'], 'within': 0.03},
        {'measures': ['childcare_rate_lt3', 'childcare_rate_3_5'], 'by': ['population_thousand', 'age_lt16_pct'], 'within': 0.005},
        {'measures': ['density'], 'by': ['area_sqkm'], 'within': 0.001},
        {'measures': ['cars_electric_pct'], 'by': ['population_thousand', 'cars_per_1000']},
        {'measures': ['living_space_per_dwelling'], 'by': ['population_thousand', 'dwellings_per_1000']},
        {'measures': ['sgb2_foreign_pct', 'sgb2_not_employable_pct'], 'by': ['population_thousand', 'sgb2_per_1000']},
        {'measures': ['employees_agriculture_pct', 'employees_manufacturing_pct', 'employees_trade_pct', 'employees_public_services_pct', 'employees_other_services_pct'], 'by': ['population_thousand', 'employees_per_1000']},
        {'measures': ['leavers_without_hsa_pct', 'leavers_hsa_pct', 'leavers_msa_pct', 'leavers_fhr_ahr_pct'], 'by': ['population_thousand', 'leavers_general_per_1000'], 'within': 0.01},
    ],
    'products': [
        {'factor': 'density', 'by': 'area_sqkm', 'scale': 0.001, 'gives': 'population_thousand'},
        {'factor': 'living_space_per_dwelling', 'by': 'dwellings_per_1000', 'scale': 0.001, 'gives': 'living_space_per_head'},
    ],
}) }}
