{#- What demand may be assumed of a need: the rates of the newest statistics, what everybody may ask for by law, and what the
  office says in its file of demand rates. -#}
select
    'childcare' as need_id,
    'held' as demand_id,
    'Betreuungsquote der neuesten Statistik, gehalten' as demand_label_de,
    'rate of children in day care of the newest statistics, held' as demand_label_en,
    'Statistiken der Kinder- und Jugendhilfe: betreute Kinder am letzten Stichtag je Kinder am 31. Dezember davor' as demand_source,
    cast(null as date) as dated

union all

select
    'school',
    'held',
    'Quoten der neuesten Schulstatistik, gehalten',
    'rates of the newest statistics of schools, held',
    'Statistik der allgemeinbildenden Schulen: Schulart in der 7. Klassenstufe (die 5. steht je Kreis nicht da); Abgänge eines Sommers je Personen von 15 bis unter 18 Jahren am 31. Dezember danach',
    null

union all

select
    'school',
    'law',
    'alle Kinder mit Schulpflicht oder Anspruch auf Ganztag (Obergrenze)',
    'all children who have to go to school or may ask for all-day care (upper limit)',
    'Schulgesetze der Länder; § 24 Abs. 4 SGB VIII in der Fassung ab 1. August 2026 (GaFöG): 2026/27 die 1. Klasse, dann jedes Jahr eine Klasse mehr',
    null

union all

select
    'care',
    'held',
    'Quoten der neuesten Pflegestatistik, gehalten',
    'rates of the newest statistics of care, held',
    'Pflegestatistik: Leistungsempfängerinnen und -empfänger am 31. Dezember je Personen ab 65 Jahren am selben Tag',
    null

union all

select distinct need_id, demand_id, title_de, title_en, source, dated
from {{ source('catalog', 'demand_rates') }}
