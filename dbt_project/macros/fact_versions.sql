{#-
  A fact over published tables: the whole model. A cell of a table that has no number for a dimension stands at its total.

  fact        name of the fact without `fct_`
  dimensions  the dimensions that, with area, period and measure, name a cell
  tables      in the order in which they are preferred where several print the same cell. Each has `model` (staging),
              perhaps `fixed` (dimension -> the code all of it stands at), `has` (the other dimensions that are columns
              there; all without it) and `measure` (only that one, or
              those); `gemeinden` where Gemeinden are printed: a code there may stand for an area of another code, or for
              two, and a zero for an area that is not there on the day is left out
  judged_by   what is judged in it (macros/plausibility.sql)
-#}
{% macro versioned_fact(fact, dimensions, tables, judged_by) %}
with published as (
    {%- for table in tables %}

    select
        {{ staged_columns() }},
        {% for dimension in dimensions -%}
        {% if dimension in table.get('fixed', {}) -%}
        '{{ table.fixed[dimension] }}' as {{ dimension }},
        {% elif dimension in table.get('has', dimensions) -%}
        {{ dimension }},
        {% else -%}
        '_T' as {{ dimension }},
        {% endif -%}
        {% endfor -%}
        {{ loop.index }} as source_rank
    from {% if table.get('gemeinden') %}{{ as_areas(table.model) }}{% else %}{{ ref(table.model) }}{% endif %}
    {%- if 'measure' in table %}
    where measure_code in {{ listed([table.measure] if table.measure is string else table.measure) }}
    {%- endif %}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

identity as (

    select * from {{ source('catalog', 'area_identity') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

{{ with_kreis_rows('published') }},

{{ fact_versions('cells', dimensions, fact, judged_by) }}
{% endmacro %}

{#-
  The body every fact shares: the territory a cell stands on, versions of each cell, and the row that is preferred
  where several tables publish the same cell. CTEs `areas` (dim_area) and `history` (catalogue) stand before it.

  relation    a CTE with staged columns, the dimensions below and `source_rank` (1 = preferred producer)
  dimensions  the dimension columns that, with area, period and measure, name a cell

  Territory. An annual figure stands on the territory of the middle of its year, a stock on that of its day. Around a
  reform the offices differ from table to table, and within a table from measure to measure: they print `-` for the codes
  they do not report under, go on with the old ones for a while, or carry the new ones back in time beside the old ones.
  So what a table fills decides, cell by cell (measure and dimensions): does it print a number under any of the codes that
  a reform of the Land ended, under any of those that it began? Where a cell has none at all, the measure decides, then
  the period.
  - A `-` under a code of the side that is not filled is no zero but missing: `area_not_existing`, or `not_delivered`
    where the area did exist. Where both sides are filled, the `-` of an area that existed is a zero.
  - A number under a code that did not hold at the time is kept; it is `is_backcast` where the cell is filled on the other
    side too: the same people stand in the table under the codes that held.
  - An area that kept its code stands on the territory of the side that is filled, and on that of its day where both are.
  - A zero under a code that ends in its year, or ended before, is no more than such a `-`: some tables print `0` there.
  A code that a reform touched, or of a whole Land or Regierungsbezirk, for which a table prints no number at all in a
  period is not reported.

  Unknown areas. A row under a code that no table, register or outline names is no figure: it stands in fct_unplaced, with
  delivery and line, and comes in once something names its area.

  Columns. A column in which a delivery prints `-` for every area of a period is not filled for that period: missing
  (`not_delivered`), never zero.

  Contradicted signs. A `-` for a total while one of its parts is a number above zero, or for a rate while the same area
  is counted above zero, says that the office gives no figure: missing (`unknown_or_confidential`), never zero. A zero among
  the parts of such a total is what the total is withheld for: it is unknown too.

  Corrections. A row of seeds/corrections.csv replaces the number it expects, from `known_from` on, as a version of its
  own; where the source no longer prints the expected number the test `corrections_still_apply` fails. A text that could not
  be read at all was replaced at landing (catalogue table text_corrections); the row carries that `correction_id`.

  Versions. A cell is a new version only when value or status differs from the version before; `last_snapshot_id` is the
  newest delivery that prints the same. `known_to` is NULL for the version that holds now. Order is by the publisher's time stamp, so a delivery that comes late takes its place
  between the others. A version is preferred from `known_from` to `preferred_to`: until it is replaced, or until a table
  that comes first prints the same cell. So "as known at t" is one condition, `known_from <= t < preferred_to`.

  Plausibility. With `judged_by`, what a table prints is judged against itself (macros/plausibility.sql). An implausible number
  stays and has `obs_status` U, until a statistician accepts, corrects or withdraws it.
-#}
{% macro fact_versions(relation, dimensions, fact, judged_by=none) %}
{%- set cell = ['dataset_id', 'area_code', 'period_key', 'measure_code'] + dimensions %}
corrections as (

    select * from {{ ref('corrections') }} where fact = '{{ fact }}'

),

-- areas that are no more, with the day after their last
ended_areas as (

    select area_code, max(valid_to) as ended_on
    from areas
    group by area_code
    having max(valid_to) < date '9999-12-31'

),

met as (

    select
        {{ relation }}.*,
        coalesce(
            {{ relation }}.raw_symbol = '-'
            or ({{ relation }}.value = 0 and year(ended_areas.ended_on) <= year({{ relation }}.reference_date)),
            false
        ) as is_blank,
        corrections.correction_id,
        corrections.corrected_value,
        corrections.corrected_reason,
        corrections.known_from as corrected_from
    from {{ relation }}
    left join ended_areas on {{ relation }}.area_code = ended_areas.area_code
    left join corrections
        on {{ relation }}.dataset_id = corrections.dataset_id
        and {{ relation }}.area_code = corrections.area_code
        and {{ relation }}.period_key = corrections.period_key
        and {{ relation }}.measure_code = corrections.measure_code
        {%- for dimension in dimensions %}
        and {{ relation }}.{{ dimension }} = coalesce(corrections.{{ dimension }}_code, '_T')
        {%- endfor %}
        and {{ relation }}.value is not distinct from corrections.expected_value
        and {{ relation }}.raw_symbol is not distinct from corrections.expected_symbol
    where {{ relation }}.area_code in (select areas.area_code from areas)

),

{#- a delivery made after the correction is corrected in place; the last one before it gets a version of its own #}
stands as (

    select
        * exclude (correction_id, corrected_value, corrected_reason, corrected_from)
        replace (
            case when known_from >= corrected_from then corrected_value else value end as value,
            case
                when known_from >= corrected_from and corrected_value is null then 'M'
                when known_from >= corrected_from then 'A'
                else obs_status
            end as obs_status,
            case when known_from >= corrected_from then corrected_reason else missing_reason end as missing_reason
        ),
        case when known_from >= corrected_from then correction_id end as correction_id
    from met

    union all

    select
        * exclude (correction_id, corrected_value, corrected_reason, corrected_from)
        replace (
            corrected_from as known_from,
            corrected_value as value,
            case when corrected_value is null then 'M' else 'A' end as obs_status,
            corrected_reason as missing_reason
        ),
        correction_id
    from met
    where correction_id is not null and known_from < corrected_from
    qualify row_number() over (partition by correction_id order by known_from desc, snapshot_id desc) = 1

),

reporting as (

    select
        dataset_id,
        snapshot_id,
        period_key,
        area_code,
        bool_or(value is not null and not is_blank) as is_reported,
        bool_or(value > 0) as is_counted
    from stands
    group by dataset_id, snapshot_id, period_key, area_code

),

filled_columns as (

    select
        dataset_id,
        snapshot_id,
        period_key,
        measure_code,
        {% for dimension in dimensions -%}
        {{ dimension }},
        {% endfor -%}
        bool_or(raw_symbol is distinct from '-') as is_filled
    from stands
    group by all

),

-- totals that an area is given no figure for although parts of them are above zero: a zero among the parts says as little
withheld_wholes as (

    select dataset_id, snapshot_id, period_key, area_code, measure_code
    from stands
    group by all
    having bool_or(raw_symbol = '-' and {{ is_total_cell('', dimensions) }}) and bool_or(value > 0)

),

-- codes that a reform of a Land ended (side -1) or began (side 1); some go on as an area of another level
reform_sides as (

    select
        left(ended.area_code, 2) as land,
        ended.area_level,
        ended.valid_to as reform_day,
        ended.area_code,
        -1 as side,
        bool_or(goes_on.area_code is not null) as goes_on
    from areas as ended
    left join areas as goes_on on ended.area_code = goes_on.area_code and ended.valid_to = goes_on.valid_from
    where ended.area_level in ('KREIS', 'REGBEZ') and ended.valid_to < date '9999-12-31'
    group by all
    having bool_and(ended.area_level is distinct from goes_on.area_level)

    union all

    select
        left(begun.area_code, 2),
        begun.area_level,
        begun.valid_from,
        begun.area_code,
        1,
        bool_or(went_on.area_code is not null)
    from areas as begun
    left join areas as went_on on begun.area_code = went_on.area_code and begun.valid_from = went_on.valid_to
    where begun.area_level in ('KREIS', 'REGBEZ') and begun.valid_from > date '1900-01-01'
    group by all
    having bool_and(begun.area_level is distinct from went_on.area_level)

),

-- rows under these codes; what goes on as another area says nothing on the other side of the reform
beside_reforms as (

    select
        stands.*,
        reform_sides.* exclude (area_code),
        {{ territory_date('stands.period_key', 'stands.reference_date') }} as day,
        stands.value is not null and not stands.is_blank as is_number
    from stands
    inner join reform_sides on stands.area_code = reform_sides.area_code
    where
        not reform_sides.goes_on
        or ({{ territory_date('stands.period_key', 'stands.reference_date') }} >= reform_sides.reform_day) = (reform_sides.side = 1)

),

-- what a table fills around a reform, per cell
sides_in_cells as (

    select
        dataset_id,
        snapshot_id,
        period_key,
        measure_code,
        {% for dimension in dimensions -%}
        {{ dimension }},
        {% endfor -%}
        land,
        area_level,
        reform_day,
        day,
        bool_or(side = -1 and is_number) as before_in_cell,
        bool_or(side = 1 and is_number) as after_in_cell
    from beside_reforms
    group by all

),

sides_filled as (

    select
        * exclude (before_in_cell, after_in_cell),
        case
            when before_in_cell or after_in_cell then before_in_cell
            when bool_or(before_in_cell or after_in_cell) over of_measure then bool_or(before_in_cell) over of_measure
            else bool_or(before_in_cell) over of_period
        end as before_filled,
        case
            when before_in_cell or after_in_cell then after_in_cell
            when bool_or(before_in_cell or after_in_cell) over of_measure then bool_or(after_in_cell) over of_measure
            else bool_or(after_in_cell) over of_period
        end as after_filled
    from sides_in_cells
    window
        of_measure as (partition by dataset_id, snapshot_id, period_key, land, area_level, reform_day, measure_code),
        of_period as (partition by dataset_id, snapshot_id, period_key, land, area_level, reform_day)

),

-- per cell and code: whether only the other side is filled, whether both are and the code did not hold on the day
around_reforms as (

    select
        rows.dataset_id,
        rows.snapshot_id,
        rows.period_key,
        rows.measure_code,
        {% for dimension in dimensions -%}
        rows.{{ dimension }},
        {% endfor -%}
        rows.area_code,
        bool_or(case when rows.side = -1 then after_filled and not before_filled else before_filled and not after_filled end)
            as only_elsewhere,
        bool_or(before_filled and after_filled and (rows.side = -1) = (rows.day >= rows.reform_day)) as is_twice
    from beside_reforms as rows
    inner join sides_filled
        on rows.dataset_id = sides_filled.dataset_id
        and rows.snapshot_id = sides_filled.snapshot_id
        and rows.period_key = sides_filled.period_key
        and rows.measure_code = sides_filled.measure_code
        {%- for dimension in dimensions %}
        and rows.{{ dimension }} = sides_filled.{{ dimension }}
        {%- endfor %}
        and rows.land = sides_filled.land
        and rows.area_level = sides_filled.area_level
        and rows.reform_day = sides_filled.reform_day
    group by all

),

-- areas that kept their code across a reform and the codes that it began or ended beside them: what they gave became
-- one of those, or one of those became theirs; other areas of the Land may have changed on the same day without them
kept_beside as (

    select distinct earlier.area_code, later.valid_from as reform_day
    from areas as later
    inner join areas as earlier
        on later.area_code = earlier.area_code
        and later.area_level = earlier.area_level
        and later.valid_from = earlier.valid_to
    inner join reform_sides
        on left(later.area_code, 2) = reform_sides.land
        and later.area_level = reform_sides.area_level
        and later.valid_from = reform_sides.reform_day
    left join areas as begun
        on reform_sides.side = 1 and reform_sides.area_code = begun.area_code and reform_sides.reform_day = begun.valid_from
    where
        list_contains(
            string_split(case when reform_sides.side = 1 then begun.predecessor_codes else later.predecessor_codes end, ', '),
            case when reform_sides.side = 1 then later.area_code else reform_sides.area_code end
        )

),

-- areas that kept their code across a reform, where only one side of it is filled and it is not that of the day
stays_of_kept_codes as (

    select
        sides_filled.dataset_id,
        sides_filled.snapshot_id,
        sides_filled.period_key,
        sides_filled.measure_code,
        {% for dimension in dimensions -%}
        sides_filled.{{ dimension }},
        {% endfor -%}
        later.area_code,
        arg_max(
            case when sides_filled.day < later.valid_from then later.area_key else earlier.area_key end,
            abs(later.valid_from - sides_filled.day)
        ) as area_key
    from sides_filled
    inner join areas as later
        on sides_filled.land = left(later.area_code, 2)
        and sides_filled.area_level = later.area_level
        and sides_filled.reform_day = later.valid_from
    inner join areas as earlier
        on later.area_code = earlier.area_code
        and later.area_level = earlier.area_level
        and later.valid_from = earlier.valid_to
    inner join kept_beside on later.area_code = kept_beside.area_code and later.valid_from = kept_beside.reform_day
    where case when sides_filled.day < later.valid_from then after_filled and not before_filled else before_filled and not after_filled end
    group by all

),

-- the version of an area on a day; else the next one, whose code is carried back, or the last
days_of_areas as (

    select distinct area_code, {{ territory_date('period_key', 'reference_date') }} as day from stands

),

versions_of_days as (

    select
        days_of_areas.area_code,
        days_of_areas.day,
        areas.area_key,
        days_of_areas.day >= areas.valid_from and days_of_areas.day < areas.valid_to as area_is_valid
    from days_of_areas
    inner join areas on days_of_areas.area_code = areas.area_code
    qualify row_number() over (
        partition by days_of_areas.area_code, days_of_areas.day
        order by
            areas.valid_to <= days_of_areas.day,
            case when areas.valid_to > days_of_areas.day then areas.valid_to end,
            areas.valid_to desc
    ) = 1

),

touched_codes as (

    select distinct area_code from history

),

located as (

    select
        stands.*,
        reporting.is_reported,
        coalesce(versions_of_days.area_is_valid, false) as area_is_valid,
        not coalesce(versions_of_days.area_is_valid, false)
        and reporting.is_reported
        and coalesce(around_reforms.is_twice, false) as is_backcast,
        coalesce(stands.raw_symbol = '-' and not filled_columns.is_filled, false) as is_unfilled,
        coalesce(
            stands.raw_symbol = '-'
            and reporting.is_counted
            and (stands.measure_code like '%\_pct' escape '\' or {{ is_total_cell('stands.', dimensions) }}),
            false
        )
        or coalesce(stands.value = 0 and withheld_wholes.area_code is not null, false) as is_contradicted,
        (
            not reporting.is_reported
            and (
                not coalesce(versions_of_days.area_is_valid, false)
                or touched_codes.area_code is not null
                or length(stands.area_code) <= 3
            )
        )
        or (
            stands.is_blank
            and coalesce(around_reforms.only_elsewhere or around_reforms.is_twice, false)
        ) as is_unreported,
        coalesce(stays_of_kept_codes.area_key, versions_of_days.area_key) as area_key
    from stands
    inner join reporting
        on stands.dataset_id = reporting.dataset_id
        and stands.snapshot_id = reporting.snapshot_id
        and stands.period_key = reporting.period_key
        and stands.area_code = reporting.area_code
    inner join filled_columns
        on stands.dataset_id = filled_columns.dataset_id
        and stands.snapshot_id = filled_columns.snapshot_id
        and stands.period_key = filled_columns.period_key
        and stands.measure_code = filled_columns.measure_code
        {%- for dimension in dimensions %}
        and stands.{{ dimension }} = filled_columns.{{ dimension }}
        {%- endfor %}
    left join around_reforms
        on stands.dataset_id = around_reforms.dataset_id
        and stands.snapshot_id = around_reforms.snapshot_id
        and stands.period_key = around_reforms.period_key
        and stands.area_code = around_reforms.area_code
        and stands.measure_code = around_reforms.measure_code
        {%- for dimension in dimensions %}
        and stands.{{ dimension }} = around_reforms.{{ dimension }}
        {%- endfor %}
    left join stays_of_kept_codes
        on stands.dataset_id = stays_of_kept_codes.dataset_id
        and stands.snapshot_id = stays_of_kept_codes.snapshot_id
        and stands.period_key = stays_of_kept_codes.period_key
        and stands.area_code = stays_of_kept_codes.area_code
        and stands.measure_code = stays_of_kept_codes.measure_code
        {%- for dimension in dimensions %}
        and stands.{{ dimension }} = stays_of_kept_codes.{{ dimension }}
        {%- endfor %}
    left join withheld_wholes
        on stands.dataset_id = withheld_wholes.dataset_id
        and stands.snapshot_id = withheld_wholes.snapshot_id
        and stands.period_key = withheld_wholes.period_key
        and stands.area_code = withheld_wholes.area_code
        and stands.measure_code = withheld_wholes.measure_code
    left join touched_codes on stands.area_code = touched_codes.area_code
    left join versions_of_days
        on stands.area_code = versions_of_days.area_code
        and {{ territory_date('stands.period_key', 'stands.reference_date') }} = versions_of_days.day

),

typed as (

    select
        * exclude (value, obs_status, missing_reason),
        case when not (is_unreported or is_unfilled or is_contradicted) then value end as value,
        case when is_unreported or is_unfilled or is_contradicted then 'M' else obs_status end as obs_status,
        case
            when is_unreported and not area_is_valid then 'area_not_existing'
            when is_unreported then 'not_delivered'
            when is_unfilled then 'not_delivered'
            when is_contradicted then 'unknown_or_confidential'
            else missing_reason
        end as missing_reason
    from located

),

stated as (

    select
        *,
        concat_ws('|', coalesce(cast(value as varchar), ''), obs_status, conf_status, missing_reason) as state
    from typed

),

-- a table that came once prints each cell once: only the others have versions to compare
came_again as (

    select dataset_id
    from stated
    group by dataset_id
    having
        min(known_from) < max(known_from)
        or min(snapshot_id) < max(snapshot_id)
        or count(*) > count(distinct hash({{ cell | join(', ') }}))

),

compared as (

    select
        *,
        lag(state) over printed as state_before,
        lag(snapshot_id) over printed as snapshot_before,
        arg_max(snapshot_id, (known_from, snapshot_id)) over (partition by {{ cell | join(', ') }}) as newest_snapshot_id
    from stated
    where dataset_id in (select came_again.dataset_id from came_again)
    window printed as (partition by {{ cell | join(', ') }} order by known_from, snapshot_id)

),

versions as (

    select
        * exclude (state_before, snapshot_before, newest_snapshot_id),
        lead(known_from) over printed as known_to,
        -- the delivery before the one that printed something else
        coalesce(lead(snapshot_before) over printed, newest_snapshot_id) as last_snapshot_id
    from compared
    where state_before is distinct from state
    window printed as (partition by {{ cell | join(', ') }} order by known_from, snapshot_id)

    union all by name

    select
        *,
        cast(null as timestamp) as known_to,
        snapshot_id as last_snapshot_id
    from stated
    where dataset_id not in (select came_again.dataset_id from came_again)

),

{% set block = ['period_key', 'measure_code'] + dimensions -%}
-- what several tables print, by the level that the length of a code tells; elsewhere no table comes first
contested as (

    select {{ block | join(', ') }}, length(area_code) as digits
    from versions
    group by all
    having min(source_rank) < max(source_rank)

),

ranked as (

    select
        *,
        -- since when a table that comes first prints the same cell
        min(known_from) over (
            partition by area_code, period_key, measure_code{% for d in dimensions %}, {{ d }}{% endfor %}
            order by source_rank, dataset_id
            groups between unbounded preceding and 1 preceding
        ) as superseded_from
    from versions
    where ({{ block | join(', ') }}, length(area_code)) in (select (contested.{{ block | join(', contested.') }}, contested.digits) from contested)

    union all by name

    select *, cast(null as timestamp) as superseded_from
    from versions
    where ({{ block | join(', ') }}, length(area_code)) not in (select (contested.{{ block | join(', contested.') }}, contested.digits) from contested)

),

dated as (

    select
        *,
        case
            when superseded_from is null then known_to
            when superseded_from <= known_from then known_from
            when known_to is null or superseded_from < known_to then superseded_from
            else known_to
        end as preferred_to
    from ranked

){% if judged_by is not none %},

{{ judged('dated', fact, dimensions, judged_by) }},

answers as (

    select * from {{ source('catalog', 'answers') }} where fact = '{{ fact }}'

),

read_otherwise as (

    select * from {{ source('catalog', 'text_corrections') }} where is_applied

),

-- every cell of a published table with what was found and what was answered
answered as (

    select
        judged.* exclude (value, obs_status, missing_reason, correction_id),
        judged.value as published_value,
        answers.answer,
        case answers.answer when 'correct' then answers.corrected_value when 'withdraw' then null else judged.value end
            as value,
        case
            when answers.answer = 'correct' then 'A'
            when answers.answer = 'withdraw' then 'M'
            when judged.finding_id is not null and answers.answer is distinct from 'accept' then 'U'
            else judged.obs_status
        end as obs_status,
        case when answers.answer = 'withdraw' then 'unknown_or_confidential' else judged.missing_reason end
            as missing_reason,
        case
            when answers.answer in ('correct', 'withdraw') then judged.finding_id
            else coalesce(judged.correction_id, read_otherwise.correction_id)
        end as correction_id
    from judged
    left join answers on judged.finding_id = answers.finding_id
    left join read_otherwise
        on judged.snapshot_id = read_otherwise.snapshot_id
        and judged.line = read_otherwise.line
        and judged.column_no = read_otherwise.column_no

){% endif %}

select
    {{ surrogate_key(cell + ['known_from']) }} as {{ fact }}_key,
    area_key,
    area_code,
    area_is_valid,
    is_backcast,
    period_key,
    reference_date,
    {% for dimension in dimensions -%}
    {{ dimension }} as {{ dimension }}_code,
    {% endfor -%}
    measure_code,
    unit,
    value,
    obs_status,
    conf_status,
    missing_reason,
    raw_symbol,
    cast(rounding_base as integer) as rounding_base,
    dataset_id,
    snapshot_id,
    last_snapshot_id,
    cast(correction_id as varchar) as correction_id,
    cast(line as integer) as source_line,
    cast(column_no as integer) as source_column,
    known_from,
    known_to,
    preferred_to,
    preferred_to is null as is_preferred
    {%- if judged_by is not none %},
    finding_id,
    finding_check,
    case when finding_id is not null then published_value end as published_value,
    expected_value,
    finding_detail,
    answer
    {%- endif %}
from {{ 'dated' if judged_by is none else 'answered' }}
order by known_from, preferred_to  -- one delivery lies together: its times take no space
{% endmacro %}

{#-
  Hamburg and Berlin are Land and Kreis at once and stand in the tables under the Land's code only. So that a
  map or sum of the Kreise is whole, their cells are carried under the Kreis code too, unless the same table
  publishes that code itself.
-#}
{% macro with_kreis_rows(relation) -%}
published_codes as (

    select distinct dataset_id, area_code from {{ relation }}

),

cells as (

    select * from {{ relation }}

    union all

    select {{ relation }}.* replace (identity.kreis_code as area_code)
    from {{ relation }}
    inner join identity on {{ relation }}.area_code = identity.table_code
    left join published_codes
        on {{ relation }}.dataset_id = published_codes.dataset_id
        and identity.kreis_code = published_codes.area_code
    where published_codes.area_code is null

)
{%- endmacro %}

{#- The cells of a table that prints Gemeinden, under the codes of the areas they stand for. -#}
{% macro as_areas(model) -%}
(
        select printed.* replace (coalesce(codes.area_code, printed.area_code) as area_code)
        from {{ ref(model) }} as printed
        left join {{ ref('int_municipality_code') }} as codes
            on printed.area_code = codes.printed_code and printed.reference_date = codes.reference_date
        where codes.area_code is not null or printed.value is distinct from 0
    ) as {{ model }}
{%- endmacro %}

{#- The columns that every staged table hands on to a fact, whatever its dimensions. -#}
{% macro staged_columns() -%}
dataset_id,
        snapshot_id,
        known_from,
        line,
        column_no,
        period_key,
        reference_date,
        area_code,
        measure_code,
        unit,
        value,
        obs_status,
        conf_status,
        missing_reason,
        raw_symbol,
        rounding_base
{%- endmacro %}

{#- Whether a cell stands at the total of every dimension. -#}
{% macro is_total_cell(prefix, dimensions) -%}
({% for dimension in dimensions %}{{ prefix }}{{ dimension }} in ('_T', 'MINDESTSICHERUNG') and {% endfor %}true)
{%- endmacro %}
