{#- Beside its ages the 17 age groups of the later tables, which are sums of them: one series goes on. -#}
{%- set groups = {
    'Y_LT3': [0, 2],
    'Y3T5': [3, 5],
    'Y6T9': [6, 9],
    'Y10T14': [10, 14],
    'Y15T17': [15, 17],
    'Y18T19': [18, 19],
    'Y20T24': [20, 24],
    'Y25T29': [25, 29],
    'Y30T34': [30, 34],
    'Y35T39': [35, 39],
    'Y40T44': [40, 44],
    'Y45T49': [45, 49],
    'Y50T54': [50, 54],
    'Y55T59': [55, 59],
    'Y60T64': [60, 64],
    'Y65T74': [65, 74]
} %}
with staged as (

    {{ stage_cells('regionalstatistik', '12411-04-01-4', ['age_group', 'sex']) }}

),

grouped as (

    select
        *,
        case
            {%- for group, ages in groups.items() %}
            when {{ age_from('age_group') }} between {{ ages[0] }} and {{ ages[1] }} and {{ age_to('age_group') }} <= {{ ages[1] }} then '{{ group }}'
            {%- endfor %}
            when age_group in ('Y75T79', 'Y80T84', 'Y_GE85') then 'Y_GE75'
        end as wider_group
    from staged

),

parts as (

    select * exclude (age_group, wider_group), wider_group as age_group
    from grouped
    where wider_group is not null

)

select * from staged

union all by name

{{ summed_up('parts', ['age_group', 'sex']) }}
