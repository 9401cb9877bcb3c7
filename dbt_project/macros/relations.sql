{#-
  A relation by its name without that of the database: a function is bound when it is used, perhaps in a copy of the
  warehouse under another name.
-#}
{% macro built(name) -%}
    {{ ref(name).include(database=false) }}
{%- endmacro %}
