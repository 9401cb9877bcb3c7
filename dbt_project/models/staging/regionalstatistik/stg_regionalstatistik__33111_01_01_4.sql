{#-
  All land, and that for settlement and transport. The single uses were assigned anew when the land registers changed to
  ALKIS, Land by Land: a step in them is no change of the land. Before 2012 territories of different days stand side by side.
-#}
with staged as (

    {{ stage_cells('regionalstatistik', '33111-01-01-4', ['land_use']) }}

)

select * from staged
where
    reference_date >= date '2012-01-01'
    and land_use in ('_T', 'SETTLEMENT')
