"""Indicators as executable specifications: one YAML file each, compiled to rows that one SQL pass computes.

`specification` is the strict model and reads the files, `compiler` writes what dbt and the
documentation need. `python -m dbt_project` compiles. Questions about single numbers are answered at the
command line (`orchestration.cli.asking`).
"""
