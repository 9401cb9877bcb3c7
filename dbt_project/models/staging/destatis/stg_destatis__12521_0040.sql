{#-
  One authority may answer for several Kreise: the Saarland stands under Saarlouis and is the Land here; Kassel and Cottbus
  hold a second Kreis each. None of these Kreise has a figure of its own, Saarlouis neither.
-#}
with staged as (

    {{ stage_columns('destatis', '12521-0040', ['sex'], [
        {'column': 'men', 'at': 3, 'measure': 'foreigners_registered', 'unit': 'Anzahl', 'codes': {'sex': 'M'}},
        {'column': 'women', 'at': 4, 'measure': 'foreigners_registered', 'unit': 'Anzahl', 'codes': {'sex': 'F'}},
        {'column': 'total', 'at': 5, 'measure': 'foreigners_registered', 'unit': 'Anzahl'},
    ]) }}

)

select * replace ('10' as area_code)
from staged
where area_code = '10044'

union all

select
    * exclude (shared) replace (
        case when shared then null else value end as value,
        case when shared then 'M' else obs_status end as obs_status,
        case when shared then 'not_locatable' else missing_reason end as missing_reason
    )
from (
    select
        *,
        area_code in ('06611', '06633', '12052', '12071') or area_code like '10%' as shared
    from staged
) as marked
