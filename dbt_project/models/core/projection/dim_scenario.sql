{#- What may be assumed: the trend, and what the office says in its file of scenarios. -#}
select
    'trend' as scenario_id,
    'Fortschreibung ohne weitere Annahmen' as scenario_label_de,
    'trend without further assumptions' as scenario_label_en,
    'Altersjahrgänge der letzten Ausgaben' as scenario_source,
    cast(null as date) as dated

union all

select distinct scenario_id, title_de, title_en, source, dated
from {{ source('catalog', 'scenarios') }}
