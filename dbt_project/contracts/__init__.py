"""Contracts: what dbt checks of a model's columns, its grain and its values, declared in a short form."""
