{#-
  Persons seeking protection of a district, a Land and Germany: the table prints each citizenship by itself, and no sums. Of
  the nested statuses those stand here that leave nobody out, count nobody twice and lose least by rounding.

  One authority may answer for several Kreise: the Saarland stands under Saarlouis and is the Land here; Kassel and Cottbus
  hold a second Kreis each. None of these Kreise has a figure of its own, Saarlouis neither.
-#}
with printed as (

    {{ stage_cells('destatis', '12531-0043', ['protection_status', 'sex', 'citizenship']) }}

),

counted as (

    select * exclude (citizenship) replace (cast(null as varchar) as raw_symbol)
    from printed
    where protection_status in ('OPEN', 'RECOGNISED', 'NONE')

),

placed as (

    select * replace (left(area_code, 2) as area_code, cast(null as varchar) as area_name) from counted
    union all
    select * replace ('DG' as area_code, cast(null as varchar) as area_name) from counted
    union all
    select * from counted
    where not starts_with(area_code, '10')

),

summed as (

    {{ summed_up('placed', ['protection_status', 'sex']) }}

),

with_totals as (

    {{ with_totals('summed', ['protection_status', 'sex']) }}

)

select
    * exclude (shared) replace (
        case when shared then null else value end as value,
        case when shared then 'M' else obs_status end as obs_status,
        case when shared then 'not_locatable' else missing_reason end as missing_reason
    )
from (
    select *, area_code in ('06611', '12052') as shared
    from with_totals
) as marked
