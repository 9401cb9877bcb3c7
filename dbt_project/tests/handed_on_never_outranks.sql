{#-
  A figure out of a file that others stored anew or made from the publisher's, preferred although an own file of a publisher
  prints the same cell. Protects against copies that displace what they were copied from; the data engineer moves the table
  behind the others in the fact's list of tables.
-#}
{%- for fact in indicator_facts() %}
select '{{ fact.model }}' as fact, copies.dataset_id, copies.area_code, copies.period_key, copies.measure_code
from {{ ref(fact.model) }} as copies
inner join {{ ref('dim_dataset') }} as their_file on copies.dataset_id = their_file.dataset_id
inner join {{ ref(fact.model) }} as own
    on copies.area_code = own.area_code
    and copies.period_key = own.period_key
    and copies.measure_code = own.measure_code
    {%- for dimension in fact.dimensions %}
    and copies.{{ dimension }}_code = own.{{ dimension }}_code
    {%- endfor %}
inner join {{ ref('dim_dataset') }} as own_file on own.dataset_id = own_file.dataset_id
where
    copies.is_preferred
    and their_file.provenance <> 'original'
    and own_file.provenance = 'original'
    and own.known_to is null
{%- if not loop.last %}

union all
{%- endif %}
{%- endfor %}
