{#-
  An indicator (all, when `chosen` is null) as it was known at a time: the report of that day, rebuilt. It has the columns
  of fct_indicator.

    select * from indicator_as_known('P07', timestamp '2018-03-01')
-#}
{{ config(parameters=['chosen', 'as_of']) }}
{{ indicator_values(as_known=true) }}
