{#-
  What the codes of tables with Gemeinden stand for on a day. Every code stands for itself, or for the Gemeinde or
  association whose key it holds; a town that is a Kreis or a Land of its own stands under its code for itself and for
  its only Gemeinde. Of two Regionalschlüssel of a key that hold on a day, the one that is on record for fewer days is meant.
-#}
with counted as (
    {%- for table in municipal_tables() %}

    select area_code, reference_date, bool_or(value > 0) as is_filled from {{ ref(table) }} group by all
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

printed as (

    select area_code, reference_date, coalesce(bool_or(is_filled), false) as is_filled
    from counted
    group by area_code, reference_date

),

areas as (

    select *, {{ key_of_register('area_code') }} as municipal_key
    from {{ ref('dim_area') }}
    where area_level in {{ municipal_levels() }}

),

bezirke as (

    select area_code from {{ ref('dim_area') }} where area_level = 'BEZIRK'

),

keys as (

    select area_code, reference_date, is_filled, {{ municipal_key('area_code') }} as municipal_key from printed
    union all
    select area_code, reference_date, is_filled, {{ key_of_town('area_code') }} from printed

),

meant as (

    select keys.area_code as printed_code, keys.reference_date, keys.is_filled, areas.area_code
    from keys
    inner join areas
        on keys.municipal_key = areas.municipal_key
        and keys.reference_date >= areas.valid_from
        and keys.reference_date < areas.valid_to
    qualify row_number() over (
        partition by keys.area_code, keys.reference_date
        order by areas.valid_to - areas.valid_from, areas.area_code
    ) = 1

)

-- a Gemeinde that changed its association stands under both, with figures under one
select printed_code, reference_date, area_code
from meant
qualify rank() over (
    partition by area_code, reference_date order by is_filled desc, case when not is_filled then printed_code end
) = 1

union all

select printed.area_code, printed.reference_date, coalesce(bezirke.area_code, printed.area_code)
from printed
-- Bezirke of Berlin are printed with five digits: 11001 is 11001001
left join bezirke on printed.area_code || '0' || right(printed.area_code, 2) = bezirke.area_code
where {{ municipal_key('printed.area_code') }} is null
