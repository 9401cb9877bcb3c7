{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('structure_figure', [], [
    {'model': 'stg_bundeswahlleiterin__ew24_strukturdaten'},
], judged_by={
    'rates': ['foreign_pct', 'density', 'natural_increase_per_1000', 'net_migration_per_1000', 'age_lt16_pct', 'age_16_17_pct', 'age_18_24_pct', 'age_25_34_pct', 'age_35_59_pct', 'age_60_74_pct', 'age_ge75_pct', 'land_settlement_pct', 'land_vegetation_water_pct', 'dwellings_completed_per_1000', 'dwellings_per_1000', 'living_space_per_dwelling', 'living_space_per_head', 'cars_per_1000', 'cars_electric_pct', 'enterprises_per_1000', 'craft_enterprises_per_1000', 'leavers_vocational_per_1000', 'leavers_general_per_1000', 'leavers_without_hsa_pct', 'leavers_hsa_pct', 'leavers_msa_pct', 'leavers_fhr_ahr_pct', 'childcare_rate_lt3', 'childcare_rate_3_5', 'disposable_income_eur', 'gdp_eur', 'employees_per_1000', 'employees_agriculture_pct', 'employees_manufacturing_pct', 'employees_trade_pct', 'employees_public_services_pct', 'employees_other_services_pct', 'sgb2_per_1000', 'sgb2_not_employable_pct', 'sgb2_foreign_pct', 'unemployment_rate', 'unemployment_rate_men', 'unemployment_rate_women', 'unemployment_rate_15_24', 'unemployment_rate_55_64'],
    'unjudged': ['area_sqkm'],
    'rounded': {'population_thousand': 0.1, 'population_german_thousand': 0.1},
}) }}
