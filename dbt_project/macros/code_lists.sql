{#-
  A dimension over a list of codes: the whole model. What is part of what is declared with the list; an age group is part
  of the narrowest group around it (see dim_age_group).
-#}
{% macro code_dimension(code_list) %}
with codes as (

    select * from {{ source('catalog', 'code_lists') }}
    where code_list = '{{ code_list }}'

)

select
    code as {{ code_list }}_code,
    label_de,
    label_en,
    parent_code,
    is_total,
    is_additive,
    part_dimension,
    part_dimension_code,
    cast(position as integer) as sort_order
from codes
{% endmacro %}
