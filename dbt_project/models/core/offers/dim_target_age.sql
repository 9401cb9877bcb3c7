{#- How old the people are that an offer for a target group is for; each way of making the group up has its number of parts. -#}
select target_group_code, age_group_code, parts
from {{ source('catalog', 'target_ages') }}
