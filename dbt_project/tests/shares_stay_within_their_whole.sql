{#-
  A proportion whose numerator is larger than its denominator by more than the source's rounding: either the indicator is
  a rate (its numerator is no part of the denominator) and its specification has to say so, or a figure of the source is
  wrong. Its interval is that of the whole.
-#}
-- depends_on: {{ ref('mart_indicator') }}  -- a warning: no model waits for it
{{ config(severity = 'warn') }}
select computed.indicator_id, computed.area_code, computed.reference_date, computed.numerator, computed.denominator
from {{ ref('fct_indicator') }} as computed
inner join {{ ref('indicator') }} as indicators on computed.indicator_id = indicators.indicator_id
where
    indicators.statistic = 'proportion'
    and computed.value is not null
    and computed.numerator > computed.denominator + computed.rounding_slack
