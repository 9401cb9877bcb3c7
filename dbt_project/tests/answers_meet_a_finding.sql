{#-
  An answer of the office (town/answers.csv) to a finding that is not there: the publisher prints another number by now, or
  the id is mistyped. Protects against a correction that is believed to hold and does not; the statistician removes the
  line or answers the new finding. A declared table that is not delivered says nothing.
-#}
{{ config(severity = 'warn') }}
select answers.finding_id, answers.answer, answers.person, answers.answered_on
from {{ source('catalog', 'answers') }} as answers
where
    answers.origin = 'town'
    and not exists (
        select 1 from {{ ref('fct_implausible') }} as register where register.finding_id = answers.finding_id
    )
    and (
        answers.dataset_id in (select dataset_id from {{ source('catalog', 'ledger') }} where status = 'accepted')
        or answers.dataset_id not in (select dataset_id from {{ source('catalog', 'datasets') }})
    )
