{#-
  What an office's edition of an index names has to be there: indicators that are computed over published tables, since an index is
  published and forms are confidential; and a name that no edition of the package has, since an edition is never changed.
-#}
with editions as (

    select * from {{ ref('dim_index_edition') }}

),

components as (

    select components.*
    from {{ ref('dim_index_component') }} as components
    where components.is_own

)

select
    components.edition_id,
    components.component as named,
    'town/indices.yml: ' || components.edition_id || '.components: '
    || case
        when indicators.indicator_id is null then 'die Kennzahl ' || components.component || ' gibt es nicht'
        else components.component || ' wird aus Vordrucken gerechnet, vertraulich: eine veröffentlichte nehmen'
    end as what_de
from components
left join {{ ref('indicator') }} as indicators on components.component = indicators.indicator_id
where coalesce(indicators.computed_by = 'forms', true)

union all

select
    edition_id,
    index_id,
    'town/indices.yml: ' || edition_id || ': so heißt schon eine Ausgabe des Programms; einen anderen Namen nehmen'
from editions
where is_own and edition_id in (select edition_id from {{ ref('index_edition') }})
