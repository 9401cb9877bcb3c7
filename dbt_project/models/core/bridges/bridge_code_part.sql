{#-
  What lies in what, at any distance, along parts that add up: of a list of codes by what is declared, of age groups by
  their bounds as well.
-#}
with recursive codes as (

    select * from {{ source('catalog', 'code_lists') }}

),

ages as (

    select * from {{ ref('dim_age_group') }}

),

parts as (

    select code_list, code, parent_code as whole_code
    from codes
    where is_additive and parent_code is not null

    union

    select parts.code_list, parts.code, codes.parent_code
    from parts
    inner join codes on parts.code_list = codes.code_list and parts.whole_code = codes.code
    where codes.is_additive and codes.parent_code is not null

)

select code_list, code, whole_code
from parts

union

select 'age_group', part.age_group_code, whole.age_group_code
from ages as part
inner join ages as whole
    on part.age_group_code <> whole.age_group_code
    and part.age_from >= whole.age_from
    and coalesce(part.age_to, 999) <= coalesce(whole.age_to, 999)
    -- an age limit of the law is no bound
    and part.age_group_code not like '%LIMIT'
    and whole.age_group_code not like '%LIMIT'
