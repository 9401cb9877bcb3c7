{#-
  All years stand on one territory, that of the release. Before 1 July 2021 some codes meant other areas (the Wartburgkreis
  without Eisenach, Kreise before their reforms): those years would draw the index on wrong outlines.
-#}
with staged as (

    {{ stage_cells('rki', 'gisd-kreise', []) }}

)

select * from staged
where reference_date >= date '2021-07-01'
