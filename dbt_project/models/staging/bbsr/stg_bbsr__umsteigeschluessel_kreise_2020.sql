with {{ newest_records('bbsr', 'umsteigeschluessel-kreise-2020') }}

, aliases as (

    select * from {{ source('catalog', 'area_aliases') }}

)

-- the workbook keeps codes as numbers: eight digits without the leading zero, the Kreis in the first five
select
    records.snapshot_id,
    cast(records.from_year as integer) as from_year,
    coalesce(aliases.area_code, left(lpad(records.from_code, 8, '0'), 5)) as from_code,
    -- `KS` stands before the towns that are a Kreis of their own, or their kind behind them
    case
        when starts_with(records.from_name, 'KS ') then substr(records.from_name, 4) || ', kreisfreie Stadt'
        when contains(records.from_name, ', ') or contains(lower(records.from_name), 'kreis')
            then replace(records.from_name, 'Kreisfreie', 'kreisfreie')
        else nullif(trim(records.from_name), '') || ', Landkreis'
    end as from_name,
    2020 as to_year,
    left(lpad(records.to_code, 8, '0'), 5) as to_code,
    cast(records.share_area as double) as weight_area,
    cast(records.share_population as double) as weight_population,
    cast(records.population_thousand as double) as part_population,
    cast(records.area_sqkm as double) as part_area
from records
left join aliases on left(lpad(records.from_code, 8, '0'), 5) = aliases.table_code
