{#-
  What stands between each row of a series and the row before it, for a table that a reader has just made:

    from breaks_in('my_series')

  The rule and the columns that the table has stand in macros/breaks.sql; fct_indicator_break is made by the same rule.
-#}
{{ config(parameters=['series']) }}
{{ breaks_in_series('query_table(series)') }}
