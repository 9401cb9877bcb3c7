{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('census_figure', ['sex', 'age_group'], [
    {'model': 'stg_regionalstatistik__AI_Z_2011'},
], judged_by={
    'rates': ['avg_age_years', 'migration_background_pct', 'jobless_rate_census_pct', 'employment_rate_pct', 'avg_household_size', 'single_households_pct', 'households_with_children_pct', 'dwellings_per_building', 'owner_rate_pct', 'vacancy_rate_pct', 'living_space_per_head_sqm', 'living_space_per_dwelling_sqm'],
    'rounded': {'avg_age_years': 0.1, 'migration_background_pct': 0.1, 'jobless_rate_census_pct': 0.1, 'employment_rate_pct': 0.1, 'avg_household_size': 0.1, 'single_households_pct': 0.1, 'households_with_children_pct': 0.1, 'dwellings_per_building': 0.1, 'owner_rate_pct': 0.1, 'vacancy_rate_pct': 0.1, 'living_space_per_head_sqm': 0.1, 'living_space_per_dwelling_sqm': 1.0},
    'means': [
        [{'measure': 'employment_rate_pct'}, {'measure': 'employment_rate_pct', 'sex': 'M'}, {'measure': 'employment_rate_pct', 'sex': 'F'}],
        [{'measure': 'avg_age_years'}, {'measure': 'avg_age_years', 'sex': 'M'}, {'measure': 'avg_age_years', 'sex': 'F'}],
    ],
}) }}
