{#- Berlin is printed as its east (11100) and its west (11200). -#}
with staged as (

    {{ stage_cells('bundeswahlleiterin', 'btw2025-kreise', []) }}

),

placed as (

    select
        * replace (
            case when area_code in ('11100', '11200') then '11' else area_code end as area_code,
            case when area_code in ('11100', '11200') then 'Berlin' else area_name end as area_name
        )
    from staged

),

whole as (

    {{ summed_up('placed', []) }}

)

{{ with_turnout('whole') }}
