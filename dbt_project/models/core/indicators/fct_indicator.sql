{#- The pass over the facts stands in macros/indicators.sql: the warehouse also answers with it what was known on a day. -#}
{{ indicator_values() }}
