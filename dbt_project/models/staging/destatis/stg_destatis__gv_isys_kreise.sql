{#-
  The list has lines of Kreise, headings of Länder and regions, and sums without a code: the last one before the next Land is
  the Land's, another the region's above it. A Land of one Kreis has no sum; its Kreis stands for it in the tables.
  The edition of 2023 counts on the 2011 census still: another measure.
-#}
with lines as (

    select
        *,
        max(case when length(area_code) = 2 then line end) over above as land_line,
        max(case when length(area_code) = 3 then line end) over above as region_line
    from {{ source('destatis', 'gv-isys-kreise') }}
    window above as (partition by snapshot order by line rows unbounded preceding)

),

headed as (

    select
        lines.*,
        lands.area_code as land_code,
        lands.kind as land_name,
        regions.area_code as region_code,
        regions.kind as region_name,
        max(case when lines.area_code is null and lines.kind is null then lines.line end) over (
            partition by lines.snapshot, lines.land_line
        ) as last_sum_line
    from lines
    left join lines as lands on lines.snapshot = lands.snapshot and lines.land_line = lands.line
    left join lines as regions
        on lines.snapshot = regions.snapshot and lines.region_line = regions.line and regions.line > lines.land_line

),

placed as (

    select
        * replace (
            case
                when length(area_code) = 5 then area_code
                when area_code is not null then null
                when kind = 'Deutschland' then 'DG'
                when line = last_sum_line then land_code
                else region_code
            end as area_code,
            case
                when length(area_code) = 5 then area_name
                when kind = 'Deutschland' then kind
                when line = last_sum_line then land_name
                else region_name
            end as area_name
        ),
        case when contains(population_title, 'ZENSUS2011') then null else persons end as persons_now,
        case when contains(population_title, 'ZENSUS2011') then null else men end as men_now,
        case when contains(population_title, 'ZENSUS2011') then null else women end as women_now,
        case when contains(population_title, 'ZENSUS2011') then persons end as persons_2011,
        case when contains(population_title, 'ZENSUS2011') then men end as men_2011,
        case when contains(population_title, 'ZENSUS2011') then women end as women_2011,
        -- sums of areas are printed with the dust of binary fractions
        cast(round(cast(area_sqkm as double), 2) as varchar) as area_printed
    from headed

),

staged as (

    {{ stage_columns('destatis', 'gv-isys-kreise', ['sex'], [
        {'column': 'area_printed', 'at': 5, 'measure': 'area_sqkm', 'unit': 'qkm'},
        {'column': 'persons_now', 'at': 6, 'measure': 'persons', 'unit': 'Anzahl'},
        {'column': 'men_now', 'at': 7, 'measure': 'persons', 'unit': 'Anzahl', 'codes': {'sex': 'M'}},
        {'column': 'women_now', 'at': 8, 'measure': 'persons', 'unit': 'Anzahl', 'codes': {'sex': 'F'}},
        {'column': 'persons_2011', 'at': 6, 'measure': 'persons_census_2011_base', 'unit': 'Anzahl'},
        {'column': 'men_2011', 'at': 7, 'measure': 'persons_census_2011_base', 'unit': 'Anzahl', 'codes': {'sex': 'M'}},
        {'column': 'women_2011', 'at': 8, 'measure': 'persons_census_2011_base', 'unit': 'Anzahl', 'codes': {'sex': 'F'}},
    ], relation='placed') }}

)

-- Hamburg and Berlin stand as Länder in the tables, and as Kreise by way of area_identity
select staged.* replace (coalesce(identity.table_code, staged.area_code) as area_code)
from staged
left join {{ source('catalog', 'area_identity') }} as identity on staged.area_code = identity.kreis_code
