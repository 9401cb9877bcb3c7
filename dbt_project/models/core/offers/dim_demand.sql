{#- What demand may be assumed: the rate of the newest statistics, and what the office says in its file of demand rates. -#}
select
    'held' as demand_id,
    'Betreuungsquote der neuesten Statistik, gehalten' as demand_label_de,
    'rate of children in day care of the newest statistics, held' as demand_label_en,
    'Statistiken der Kinder- und Jugendhilfe: betreute Kinder am letzten Stichtag je Kinder am 31. Dezember davor' as demand_source,
    cast(null as date) as dated

union all

select distinct demand_id, title_de, title_en, source, dated
from {{ source('catalog', 'demand_rates') }}
