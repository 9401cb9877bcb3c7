{#-
  One row per printed cell. Beside the census the table prints the population update of 30 June 2022 (`persons_bfs`) under
  the census day; it stands here on its own day. Germany (00) is printed twice; the row with Germans abroad is left out.
-#}
with staged as (

    {{ stage_cells('zensus', 'zensus2022-bevoelkerung', ['region_level']) }}

)

select
    * replace (
        case when measure_code = 'persons_bfs' then 'D2022-06-30' else period_key end as period_key,
        case when measure_code = 'persons_bfs' then date '2022-06-30' else reference_date end as reference_date,
        case when area_code = '00' then 'DG' else area_code end as area_code
    )
from staged
where area_code <> '00' or region_level = 'Bund (ohne Deutsche im Ausland)'
