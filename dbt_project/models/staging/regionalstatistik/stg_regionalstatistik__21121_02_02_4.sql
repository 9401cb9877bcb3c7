{#-
  The edition of 2023. In that of 2006 to 2015 the qualifications do not give the leavers (some Länder count the school part
  of the entrance qualification for universities of applied sciences in the whole alone), nor the Länder Germany.
-#}
with staged as (

    {{ stage_cells('regionalstatistik', '21121-02-02-4', ['qualification', 'sex']) }}

)

select * from staged
where reference_date >= date '2020-01-01'
