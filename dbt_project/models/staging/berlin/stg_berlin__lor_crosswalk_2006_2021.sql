{#-
  Shares of area of planning areas until 2020 in those from 2021, as a third party computed them from the city's outlines.

  Two drawings of the same border never lie exactly on each other: four of five overlaps are slivers. An overlap that is
  less than 0.5 % of both areas is such a sliver and is left out (in the published file there is a gap between 0.5 % and
  2 %); the shares are scaled, so that those of an area sum to 1.
-#}
with {{ newest_records('berlin', 'lor-crosswalk-2006-2021') }},

sizes as (

    select area_code as from_code, area_sqm from {{ ref('stg_berlin__lor_areas') }}
    where edition = 'LOR_2006'

),

common_parts as (

    select
        records.snapshot_id,
        records.plr_id_pre2021 as from_code,
        records.plr_id_2021 as to_code,
        cast(records.weight as double) * coalesce(sizes.area_sqm, 1) as part_area
    from records
    left join sizes on records.plr_id_pre2021 = sizes.from_code

),

shares as (

    select
        *,
        part_area / {{ exact_sum('part_area', decimals=9, over='partition by from_code') }} as share_of_from,
        part_area / {{ exact_sum('part_area', decimals=9, over='partition by to_code') }} as share_of_to
    from common_parts

)

select
    snapshot_id,
    from_code,
    to_code,
    part_area,
    part_area / {{ exact_sum('part_area', decimals=9, over='partition by from_code') }} as weight_area
from shares
where share_of_from >= 0.005 or share_of_to >= 0.005
