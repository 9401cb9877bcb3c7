{#-
  All years stand on the territory of 31 December 2015, whose Kreise are those since the reform of 4 September 2011: earlier
  years would stand on wrong outlines.
-#}
with staged as (

    {{ stage_cells('bbsr', 'inkar-bruttoverdienst', []) }}

)

select * from staged
where reference_date >= date '2012-01-01'
