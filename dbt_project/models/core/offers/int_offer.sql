{#- Offers of all lists of facilities. -#}
{% set lists = ['stg_berlin__daycare_centers', 'stg_kommune__angebote'] -%}
{% for list in lists -%}
select
    dataset_id || ':' || facility_id as facility_key,
    *
from {{ ref(list) }}
{%- if not loop.last %}

union all

{% endif %}
{%- endfor %}
