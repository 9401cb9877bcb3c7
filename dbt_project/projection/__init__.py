"""Projection of children and young people: arithmetic, its test on the past, and what of it may be shown.

Plain numpy over tables of the warehouse; the models of dbt in `models/core/projection` call it
and nobody else.
"""
