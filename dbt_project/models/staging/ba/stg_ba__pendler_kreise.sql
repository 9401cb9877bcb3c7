{#- The Kreis stands in the first line of its block, the sum of its commuters in the line Z. -#}
with blocks as (

    select
        * replace (
            last_value(area_code ignore nulls) over block as area_code,
            last_value(area_name ignore nulls) over block as area_name
        )
    from {{ source('ba', 'pendler-kreise') }}
    window block as (partition by snapshot, direction order by line rows unbounded preceding)

),

totals as (

    select
        *,
        case when direction = 'Einpendler' then persons end as persons_in,
        case when direction = 'Einpendler' then men end as men_in,
        case when direction = 'Einpendler' then women end as women_in,
        case when direction = 'Einpendler' then germans end as germans_in,
        case when direction = 'Einpendler' then foreigners end as foreigners_in,
        case when direction = 'Auspendler' then persons end as persons_out,
        case when direction = 'Auspendler' then men end as men_out,
        case when direction = 'Auspendler' then women end as women_out,
        case when direction = 'Auspendler' then germans end as germans_out,
        case when direction = 'Auspendler' then foreigners end as foreigners_out
    from blocks
    where other_code = 'Z'

),

staged as (

    {% set columns = [] -%}
    {% for suffix, measure in [('in', 'commuters_in'), ('out', 'commuters_out')] -%}
    {% for column, at, codes in [
        ('persons', 5, {}), ('men', 6, {'sex': 'M'}), ('women', 7, {'sex': 'F'}),
        ('germans', 8, {'nationality': 'GERMAN'}), ('foreigners', 9, {'nationality': 'FOREIGN'})
    ] -%}
    {% do columns.append(
        {'column': column ~ '_' ~ suffix, 'at': at, 'measure': measure, 'unit': 'Anzahl', 'codes': codes}
    ) -%}
    {% endfor -%}
    {% endfor -%}
    {{ stage_columns('ba', 'pendler-kreise', ['sex', 'nationality'], columns, relation='totals') }}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

)

-- Hamburg and Berlin stand as Länder in the tables, and as Kreise by way of area_identity
select staged.* replace (coalesce(identity.table_code, staged.area_code) as area_code)
from staged
left join identity on staged.area_code = identity.kreis_code
