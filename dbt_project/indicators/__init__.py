"""Indicators as executable specifications: one YAML file each, compiled to rows that one SQL pass computes.

`specification` is the strict model and reads the files, `compiler` writes what dbt and the documentation
need, `register` says which indicator computes and which waits for what, `query` and `explain` answer
questions about single numbers. `python -m dbt_project.indicators` compiles.
"""
