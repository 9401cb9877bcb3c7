"""Where data comes from: declarations, readers, fetching, landing, twins. Knows neither Dagster nor dbt."""
