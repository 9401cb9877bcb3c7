with codes as (

    select * from {{ source('catalog', 'code_lists') }}
    where code_list = 'age_group'

),

bounded as (

    select
        *,
        {{ age_from('code') }} as age_from,
        {{ age_to('code') }} as age_to,
        code like '%LIMIT' as ends_at_limit
    from codes

),

-- the narrowest group around a group; bounds are closed, 999 stands for no end; an age limit of the law is no bound
around as (

    select
        inner_group.code,
        arg_min(outer_group.code, (coalesce(outer_group.age_to, 999) - outer_group.age_from, outer_group.code)) as around_code
    from bounded as inner_group
    inner join bounded as outer_group
        on inner_group.code <> outer_group.code
        and inner_group.age_from >= outer_group.age_from
        and coalesce(inner_group.age_to, 999) <= coalesce(outer_group.age_to, 999)
        and not inner_group.ends_at_limit
        and not outer_group.ends_at_limit
    group by inner_group.code

)

select
    bounded.code as age_group_code,
    bounded.label_de,
    bounded.label_en,
    coalesce(around.around_code, bounded.parent_code) as parent_code,
    bounded.is_total,
    bounded.is_additive,
    bounded.part_dimension,
    bounded.part_dimension_code,
    bounded.age_from,
    bounded.age_to,
    cast(bounded.position as integer) as sort_order
from bounded
left join around on bounded.code = around.code
