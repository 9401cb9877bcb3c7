{#- The register of implausible numbers: every finding of every fact over published tables, with its answer. -#}
with answers as (

    select * from {{ source('catalog', 'answers') }}

),

findings as (
    {%- for fact in indicator_facts() %}

    select
        facts.finding_id,
        '{{ fact.name }}' as fact,
        facts.dataset_id,
        facts.snapshot_id,
        facts.area_key,
        facts.area_code,
        facts.period_key,
        facts.reference_date,
        facts.measure_code,
        {% if fact.dimensions -%}
        concat_ws(' '{% for d in fact.dimensions %}, '{{ d }}=' || facts.{{ d }}_code{% endfor %}) as cell,
        {% else -%}
        '' as cell,
        {% endif -%}
        facts.unit,
        facts.published_value,
        facts.expected_value,
        facts.finding_check,
        facts.finding_detail,
        facts.obs_status,
        facts.source_line,
        facts.source_column
    from {{ ref('fct_' ~ fact.name) }} as facts
    where facts.finding_id is not null
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

)

select
    findings.finding_id,
    findings.fact,
    findings.dataset_id,
    findings.snapshot_id,
    findings.area_key,
    findings.area_code,
    findings.period_key,
    findings.reference_date,
    findings.measure_code,
    findings.cell,
    findings.unit,
    findings.published_value,
    findings.expected_value,
    findings.finding_check,
    findings.finding_detail,
    findings.obs_status,
    case findings.finding_check
        when 'sum' then 'Die veröffentlichten Summen gehen nur auf, wenn diese Zahl anders lautet.'
        when 'sum_unlocated' then 'Eine veröffentlichte Summe geht nicht auf; eine der beteiligten Zahlen ist falsch, vielleicht diese.'
        when 'jump' then 'Die Zahl liegt weit neben dem Stichtag davor und dem danach, anders als in anderen Gebieten.'
        when 'newest' then 'Die neueste Zahl liegt weit neben der davor, anders als in anderen Gebieten.'
        when 'oldest' then 'Die erste Zahl der Reihe liegt weit neben der danach, anders als in anderen Gebieten.'
        when 'rate' then 'Zahlen, die zusammenhängen, widersprechen sich: Anzahl und Quote, zwei Quoten oder eine Quote und die ihrer Teile.'
        when 'repeated' then 'Das Gebiet hat in allen Zellen die Zahlen des Stichtags davor: die Zeile ist wohl zweimal gedruckt.'
        when 'rank' then 'Die Klasse und der Wert, nach dessen Rang sie gebildet ist, widersprechen sich.'
    end as note_de,
    case findings.finding_check
        when 'sum' then 'The published sums add up only if this number is another.'
        when 'sum_unlocated' then 'A published sum does not add up; one of its numbers is wrong, perhaps this one.'
        when 'jump' then 'The number lies far from the date before and the date after, unlike in other areas.'
        when 'newest' then 'The newest number lies far from the one before, unlike in other areas.'
        when 'oldest' then 'The first number of the series lies far from the one after, unlike in other areas.'
        when 'rate' then 'Numbers that hang together contradict each other: count and rate, two rates, or a rate and those of its parts.'
        when 'repeated' then 'The area has the figures of the date before in every cell: the line was probably printed twice.'
        when 'rank' then 'The class and the score by whose rank it is made contradict each other.'
    end as note_en,
    findings.source_line,
    findings.source_column,
    answers.answer,
    answers.reason,
    answers.person,
    answers.answered_on,
    answers.origin
from findings
left join answers on findings.finding_id = answers.finding_id
