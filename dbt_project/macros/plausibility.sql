{#-
  What is implausible in a published table: marked, not hidden and not refused. A cell so marked keeps its value and has
  `obs_status` U; why, and what would be expected, stands beside it in the fact and in fct_implausible, where a statistician
  answers it (`<data root>/town/answers.csv`, see sources/declared/answers.py). Only the row that is preferred is judged.

  Published sums. Parts of a dimension give a published whole, Kreise their Regierungsbezirk and Land, Länder Germany. The
  gap that the source's rounding explains is no finding, nor is one by which a whole differs from its parts on nearly every
  date (it counts more by definition); a gap that is less than MATERIAL of the cell is no finding either (the gate names
  it). The number that mends a sum must break none that holds; of the cells for which there is one, that is marked which
  mends most sums (`sum`); where several are left, the one whose jump in time the gap would mend (`sum`), else all of them
  (`sum_unlocated`). A sum that no single number mends holds several wrong ones: its cells that stand in no sum that holds
  are marked (`sum_unlocated`).

  Rates have sums too. Shares of one whole give 100 (`wholes`); the rate of a Land is that of its Kreise, weighted by what
  it is a rate of (`weighted`); one figure of a row is the product of two others (`products`). Each is a sum whose members
  count with a factor, and is judged with the others.

  Ranks. A class by rank never falls where the score rises (`ranked`). Of two areas that contradict each other so, the one
  is marked that contradicts more others; the class where the others of its row agree with the score, else the score.

  Jumps. A step from one date to the next is measured as a logarithm, in units of what chance allows a number of that size
  (Poisson, pooled) and of how much the other areas' steps between the same two dates spread (median absolute deviation),
  after taking off the step that all areas make together, in Germany and in the same Land. So a move that is common to
  many (2015, a reform) is none. A cell is marked when it stands out against both neighbours in the same direction
  (`jump`), one at an end of a series when it stands out far against the one beside it (`newest`, `oldest`).

  Repeats. An area that has on one date the figures of the date before, in every cell (`repeated`); not one of a town's own
  areas where what is counted stands for decades (buildings).

  Figures that hang together. Where a row holds a count and the rate made of it, count / rate is the base the office
  divided by: it moves slowly; two rates of one count differ by much the same factor everywhere; the rate of men and women
  together lies between theirs. Of figures that contradict each other so, the one is marked (`rate`) that contradicts most
  of what it is compared with, or else jumps most in time, all of them where neither tells. A count whose published sums
  hold is not the wrong one.

  Robust z of this kind: Iglewicz and Hoaglin 1993, How to detect and handle outliers. Locating an error by the margins it
  breaks: Fellegi and Holt 1976, applied to sums.
-#}

{#- Least share of a cell by which it must be wrong to be marked. -#}
{% macro material() -%} 0.01 {%- endmacro %}
{#-
  Standard deviations that rounding of the source may add up to in a sum: each figure is off by its slack at most, in no
  direction more than in another, so over many parts the whole is nearly never off by all of it.
-#}
{% macro rounding_limit() -%} 5 {%- endmacro %}
{#- Robust standard deviations beyond which a step is a jump: against both neighbours, and at the end of a series. -#}
{% macro jump_limit() -%} 8 {%- endmacro %}
{% macro newest_limit() -%} 14 {%- endmacro %}
{#- The same for a quotient of two figures, which moves less than either: against both neighbours, at an end, among areas. -#}
{% macro pair_limit() -%} 5 {%- endmacro %}
{% macro pair_end_limit() -%} 12 {%- endmacro %}
{% macro peers_limit() -%} 8 {%- endmacro %}
{#- Variance of a quotient's logarithm that is chance even without rounding (0.2 %). -#}
{% macro least_chance() -%} 0.000004 {%- endmacro %}
{#- Figures of a hundred and more that no area has twice by chance, one and all. -#}
{% macro repeated_cells() -%} 4 {%- endmacro %}
{#- By how much the weight of a part differs from area to area, of 1. -#}
{% macro weight_differs() -%} 0.03 {%- endmacro %}

{#- Texts in quotes, for `in (…)`. -#}
{% macro listed(texts) -%}
({% for text in texts %}'{{ text }}'{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- What a finding is called: the cell and its value, so that another value is another finding. -#}
{% macro finding_id(fact, dimensions) -%}
    concat_ws(
        ':', '{{ fact }}', numbered.dataset_id, numbered.area_code, numbered.period_key, numbered.measure_code,
        {% for dimension in dimensions %}numbered.{{ dimension }}, {% endfor %}cast(numbered.value as varchar)
    )
{%- endmacro %}

{#- How far a step is from that of all areas or that of its Land, whichever is nearer (windows `peers` and `land`). -#}
{% macro least_apart(step) -%}
    case
        when count({{ step }}) over land < 5 then {{ step }} - median({{ step }}) over peers
        when ({{ step }} - median({{ step }}) over peers) * ({{ step }} - median({{ step }}) over land) <= 0 then 0
        when abs({{ step }} - median({{ step }}) over peers) < abs({{ step }} - median({{ step }}) over land)
            then {{ step }} - median({{ step }}) over peers
        else {{ step }} - median({{ step }}) over land
    end
{%- endmacro %}

{#-
  CTEs that end in `judged`: the rows of `relation` (all versions of a fact, with `preferred_to`) with `finding_check`,
  `expected_value` and `finding_detail`, NULL for a plausible row. CTE `areas` (dim_area) stands before it.

  how  which cells of the fact add up to which and how its measures are rounded: `judged` of its declaration
       (dbt_project/facts/declaration.py, `Judgement`)
-#}
{% macro judged(relation, fact, dimensions, how) %}
{%- set rates = how.get('rates', []) %}
{%- set related = 'paired' in how %}
{%- set has_factors = 'wholes' in how or 'weighted' in how or 'products' in how %}
numbered as materialized (

    select *, row_number() over () as row_no from {{ relation }}

),

judged_cells as materialized (

    select
        numbered.row_no,
        numbered.area_code,
        areas.area_level,
        -- areas of the upper levels are few: they are measured against the spread of the Kreise
        case when areas.area_level in ('DE', 'LAND', 'REGBEZ', 'CITY_IN_KREIS') then 'KREIS' else areas.area_level end
            as peer_level,
        left(numbered.area_code, 2) as land_code,
        numbered.is_backcast,
        numbered.period_key,
        numbered.reference_date,
        {{ territory_date('numbered.period_key', 'numbered.reference_date') }} as territory_day,
        numbered.measure_code,
        {% for dimension in dimensions -%}
        numbered.{{ dimension }},
        {% endfor -%}
        concat_ws('|', numbered.measure_code{% for dimension in dimensions %}, numbered.{{ dimension }}{% endfor %}) as cell,
        numbered.value,
        {% if has_factors or 'ranked' in how -%}
        concat_ws('|', numbered.snapshot_id, numbered.line, numbered.area_code{% for dimension in dimensions %}, numbered.{{ dimension }}{% endfor %}) as of_line,
        {% endif -%}
        {% if rates -%}
        numbered.measure_code in {{ listed(rates) }}
        {%- else -%}
        false
        {%- endif %} as is_rate,
        {% if 'unjudged' in how -%}
        numbered.measure_code in {{ listed(how.unjudged) }}
        {%- else -%}
        false
        {%- endif %} as is_unjudged,
        coalesce(floor(numbered.rounding_base / 2), 0)
        {%- for measure, unit in how.get('rounded', {}).items() %}
        + case when numbered.measure_code = '{{ measure }}' then {{ unit / 2 }} else 0 end
        {%- endfor %} as slack,
        -- of whole numbers off by up to b / 2, and of what lies anywhere between
        coalesce(floor(numbered.rounding_base / 2) * (floor(numbered.rounding_base / 2) + 1) / 3, 0)
        {%- for measure, unit in how.get('rounded', {}).items() %}
        + case when numbered.measure_code = '{{ measure }}' then {{ unit * unit / 12 }} else 0 end
        {%- endfor %} as slack_variance
    from numbered
    inner join areas on numbered.area_key = areas.area_key
    where
        numbered.preferred_to is null and numbered.missing_reason <> 'area_not_existing'
        -- a Gemeinde grows by its neighbours under the same code: a step says nothing, and its sums are checked by the gate
        and areas.area_level not in {{ municipal_levels() }}

),
{%- if 'weighted' in how %}

-- rates with what they are weighted by in the rate of a larger area
weighted_cells as (
    {%- for group in how.weighted %}

    select
        judged_cells.*,
        {% for measure in group.by %}by_{{ loop.index }}.value{{ ' * ' if not loop.last }}{% endfor %} as weight,
        {{ group.get('within', 0) }} as tolerance,
        [{% for measure in group.by %}by_{{ loop.index }}.row_no{{ ', ' if not loop.last }}{% endfor %}] as weight_rows
    from judged_cells
    {%- for measure in group.by %}
    {%- set by = 'by_' ~ loop.index %}
    inner join judged_cells as {{ by }} on judged_cells.of_line = {{ by }}.of_line and {{ by }}.measure_code = '{{ measure }}'
    {%- endfor %}
    where judged_cells.measure_code in {{ listed(group.measures) }}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),
{%- endif %}

-- published sums: one row per cell and sum it stands in. Each is made as parts that give a total, as shares of a whole that
-- is known (`given`), or as a product of two figures of a line (`given` is what their product should be)
{{ 'unscaled_members' if has_factors else 'sum_members' }} as (
    {%- for sum in how.get('parts', []) %}
    {%- set total = sum.get('total', '_T') %}

    select
        'S{{ loop.index }}|' || concat_ws('|', area_code, period_key, measure_code
            {%- for dimension in dimensions if dimension != sum.dimension %},
            {%- if 'at' in sum and sum.at.dimension == dimension %}
            case when {{ sum.dimension }} = '{{ sum.at.part }}' then '_T' else {{ dimension }} end
            {%- else %} {{ dimension }}{% endif %}{% endfor %}) as sum_id,
        'parts' as made_as,
        period_key,
        '{{ sum.dimension }} = {{ total }}' as sum_name,
        row_no,
        {{ sum.dimension }} = '{{ total }}' as is_total,
        value,
        slack,
        slack_variance,
        {{ sum.parts | length }} as part_count,
        1.0 as factor,
        0.0 as tolerance,
        cast(null as double) as given
    from judged_cells
    where
        not is_rate and not is_unjudged and {{ sum.dimension }} in {{ listed(sum.parts + [total]) }}
        {%- if 'measure' in sum %} and measure_code = '{{ sum.measure }}'{% endif %}
        {%- if 'at' in sum %}
        and ({{ sum.dimension }} <> '{{ sum.at.part }}' or {{ sum.at.dimension }} = '{{ sum.at.code }}')
        {%- endif %}

    union all
    {%- endfor %}
    {%- for whole in how.get('wholes', []) %}

    select
        'W{{ loop.index }}|' || of_line as sum_id,
        'shares' as made_as,
        period_key,
        '{{ whole.measures | join(' + ') }} = {{ whole.give }}' as sum_name,
        row_no,
        false as is_total,
        value,
        slack,
        slack_variance,
        {{ whole.measures | length }} as part_count,
        1.0 as factor,
        0.0 as tolerance,
        cast({{ whole.give }} as double) as given
    from judged_cells
    where measure_code in {{ listed(whole.measures) }} and not is_backcast

    union all
    {%- endfor %}
    {%- for product in how.get('products', []) %}
    {%- set scale = product.get('scale', 1) %}
    {%- set product_no = loop.index %}
    {%- for member, own_factor in [('ones', 'others.value * ' ~ scale), ('others', 'ones.value * ' ~ scale), ('products', '1.0')] %}

    select
        'P{{ product_no }}|' || ones.of_line,
        'product',
        ones.period_key,
        '{{ product.factor }} * {{ product.by }} = {{ product.gives }}',
        {{ member }}.row_no,
        {{ 'true' if member == 'products' else 'false' }},
        {{ member }}.value,
        {{ member }}.slack,
        {{ member }}.slack_variance,
        2,
        {{ own_factor }},
        0.0,
        {{ 'ones.value * others.value * ' ~ scale if member != 'products' else 'cast(null as double)' }}
    from judged_cells as ones
    {%- for name, measure in [('others', product.by), ('products', product.gives)] %}
    inner join judged_cells as {{ name }} on ones.of_line = {{ name }}.of_line and {{ name }}.measure_code = '{{ measure }}'
    {%- endfor %}
    where
        ones.measure_code = '{{ product.factor }}' and not ones.is_backcast
        and ones.value > 0 and others.value > 0 and products.value is not null

    union all
    {%- endfor %}
    {%- endfor %}
    {%- for part, whole, parent in [('KREIS', 'LAND', 'land_code'), ('KREIS', 'REGBEZ', 'left(area_code, 3)'),
        ('REGBEZ', 'LAND', 'land_code'), ('LAND', 'DE', "'DG'")] %}
    {%- set of_whole = loop %}
    {%- for summands, weight, tolerance, chosen in [
        ('judged_cells', '1.0', '0.0', 'not is_rate and not is_unjudged'), ('weighted_cells', 'weight', 'tolerance', 'weight > 0')
    ] if summands == 'judged_cells' or 'weighted' in how %}

    select
        '{{ part }}|{{ whole }}|' || concat_ws('|', case when area_level = '{{ whole }}' then area_code else {{ parent }} end, period_key, cell)
            as sum_id,
        'parts' as made_as,
        period_key,
        '{{ part }} = {{ whole }}' as sum_name,
        row_no,
        area_level = '{{ whole }}' as is_total,
        value,
        slack,
        slack_variance,
        case when area_level = '{{ whole }}' then
            {%- if whole == 'DE' %} 16
            {%- else %} (
                select count(*)
                from areas
                where
                    areas.area_level = '{{ part }}' and areas.in_register
                    and starts_with(areas.area_code, {{ summands }}.area_code)
                    and {{ summands }}.territory_day >= areas.valid_from and {{ summands }}.territory_day < areas.valid_to
            )
            {%- endif %} end as part_count,
        {{ weight }} as factor,
        {{ tolerance }} as tolerance,
        cast(null as double) as given
    from {{ summands }}
    where
        {{ chosen }} and not is_backcast and area_level in ('{{ part }}', '{{ whole }}')
        {%- if part == 'KREIS' and whole == 'LAND' or part == 'REGBEZ' %}
        {%- for dimension, codes in how.get('unshared', {}).items() %} and {{ dimension }} not in {{ listed(codes) }}{% endfor %}
        {%- endif %}
    {%- if not (of_whole.last and loop.last) %}

    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}

),

{% if has_factors -%}
-- a part counts in its whole with its share of the weight
sum_members as materialized (

    select * replace (factor / coalesce(max(case when is_total then factor end) over (partition by sum_id), 1) as factor)
    from unscaled_members

),

{% endif -%}
complete_sums as (

    select
        *,
        parts_sum - total as printed_gap
    from (
        select
            sum_id,
            replace(sum_id, '|' || any_value(period_key) || '|', '|') as sum_series,
            any_value(sum_name) as sum_name,
            any_value(made_as) as made_as,
            count(*) as members,
            {%- if has_factors %}
            case when any_value(made_as) = 'product' then max(given) else sum(value * factor) filter (where not is_total) end as parts_sum,
            case when any_value(made_as) = 'shares' then max(given) else max(value) filter (where is_total) end as total,
            least(sum(slack * factor), {{ rounding_limit() }} * sqrt(sum(slack_variance * factor * factor)))
            + max(tolerance) * coalesce(max(abs(value)) filter (where is_total), 0) + 1e-6 as slack
            {%- else %}
            sum(value) filter (where not is_total) as parts_sum,
            max(value) filter (where is_total) as total,
            least(sum(slack), {{ rounding_limit() }} * sqrt(sum(slack_variance))) + 1e-6 as slack
            {%- endif %}
        from sum_members
        group by sum_id
        having
            {% if has_factors %}(count(value) filter (where is_total) = 1 or any_value(made_as) = 'shares'){% else %}count(value) filter (where is_total) = 1{% endif %}
            and count(value) filter (where not is_total) = count(*) filter (where not is_total)
            and count(value) filter (where not is_total) >= max(part_count)
    )

),

{% if 'weighted' in how -%}
-- where a weight is in doubt, so is what is weighted by it, and the weight alone is judged
weights_in_doubt as (

    select distinct sum_members.row_no
    from complete_sums
    inner join sum_members on complete_sums.sum_id = sum_members.sum_id
    where abs(complete_sums.printed_gap) > complete_sums.slack and complete_sums.made_as <> 'product'

),

sums_in_doubt as (

    select distinct sum_members.sum_id
    from sum_members
    inner join (select row_no, unnest(weight_rows) as weight_row from weighted_cells) as weighed_rows
        on sum_members.row_no = weighed_rows.row_no
    inner join weights_in_doubt on weighed_rows.weight_row = weights_in_doubt.row_no
    where sum_members.made_as = 'parts'

),

{% endif -%}
usual_gaps as (

    select *, median(printed_gap) over (partition by sum_series) as usual_gap
    from complete_sums
    {%- if 'weighted' in how %}
    where sum_id not in (select sum_id from sums_in_doubt)
    {%- endif %}

),

sums as materialized (

    select
        * exclude (usual_gap),
        -- a whole that counts more than its parts, by the same number on nearly every date, does so by its definition
        printed_gap - case
            when count(*) over of_series >= 5
                and count(*) filter (abs(printed_gap - usual_gap) <= slack) over of_series >= 0.6 * count(*) over of_series
                then usual_gap
            else 0
        end as gap
    from usual_gaps
    window of_series as (partition by sum_series)

),

-- steps from one date of a series to the next
series as (

    select
        *,
        lag(row_no) over steps as row_before,
        lag(value) over steps as value_before,
        lag(reference_date) over steps as date_before
    from judged_cells
    where value is not null and value >= 0 and not is_backcast and not is_unjudged
    window steps as (partition by area_code, cell order by reference_date)

),

steps as (

    select
        *,
        ln(value + case when is_rate then 0.05 else 1 end) - ln(value_before + case when is_rate then 0.05 else 1 end)
            as step,
        sqrt(
            {% if how.get('measured') -%}
            2 * power(0.0015, 2)
            {%- else -%}
            case when is_rate then power(0.1 / (value + value_before + 0.1), 2) else 4 / (value + value_before + 1) end
            + 0.0004 * greatest(1, (reference_date - date_before) / 365.0)
            {%- endif %}
        ) as chance
    from series
    where value_before is not null

),

centred as (

    select
        *,
        median(step / chance) over (partition by cell, period_key, date_before, peer_level) as common_step,
        median(step / chance) over (partition by cell, period_key, date_before, peer_level, land_code) as land_step,
        count(*) over (partition by cell, period_key, date_before, peer_level) as peers,
        count(*) over (partition by cell, period_key, date_before, peer_level, land_code) as land_peers
    from steps

),

scaled as (

    select
        *,
        greatest(1, 1.4826 * median(abs(step / chance - common_step)) over (partition by cell, period_key, date_before, peer_level))
            as spread
    from centred

),

measured as (

    select
        row_no,
        row_before,
        area_code,
        cell,
        reference_date,
        date_before,
        chance * spread as unit_of_step,
        value_before * exp(case when peers >= 8 then common_step * chance else 0 end) as forward_value,
        -- what is left of the step when the common one is taken off, the smaller of both ways to do so
        case
            when peers < 8 then 0
            when area_code not in (land_code) and land_peers >= 5
                and (step / chance - land_step) * (step / chance - common_step) <= 0 then 0
            when area_code not in (land_code) and land_peers >= 5
                and abs(step / chance - land_step) < abs(step / chance - common_step) then (step / chance - land_step) / spread
            else (step / chance - common_step) / spread
        end as z
    from scaled

),

jumps as materialized (

    select
        series.row_no,
        series.value,
        case when series.is_rate then 0.05 else 1 end as shift,
        before.z as z_before,
        -after.z as z_after,
        before.unit_of_step as unit_before,
        before.forward_value,
        case
            when before.z is not null and after.z is not null and before.z * -after.z <= 0 then 0
            when before.z is not null and after.z is not null then least(abs(before.z), abs(after.z))
            else coalesce(abs(before.z), abs(after.z), 0)
        end as z,
        before.z is not null and after.z is not null as has_both,
        before.row_before,
        -- a step over many years says little about the newest figure
        after.z is null and before.z is not null and before.reference_date - before.date_before <= 800 as is_newest,
        before.z is null and after.z is not null and after.reference_date - after.date_before <= 800 as is_oldest,
        after.row_no as row_after,
        coalesce(before.unit_of_step, after.unit_of_step) as unit_of_step,
        case
            when before.row_no is not null and after.row_no is not null
                then exp((ln(series.value_before + 1) + ln(following.value + 1)) / 2) - 1
            when before.row_no is not null then series.value_before
            else following.value
        end as neighbour_value
    from series
    left join measured as before on series.row_no = before.row_no
    left join measured as after on series.row_no = after.row_before
    left join judged_cells as following on after.row_no = following.row_no

),

-- cells of sums that do not add up, with the value that would mend each
suspects as (

    select
        sum_members.sum_id,
        sum_members.row_no,
        sums.sum_name,
        sums.members,
        sums.parts_sum,
        sums.total,
        sum_members.value,
        case when sum_members.is_total then sum_members.value + sums.gap else sum_members.value - sums.gap / sum_members.factor end
            as mended
    from sums
    inner join sum_members on sums.sum_id = sum_members.sum_id
    where abs(sums.gap) > sums.slack

),

-- what the value that mends one sum does to all sums that the cell stands in
tried as (

    select
        suspects.sum_id,
        suspects.row_no,
        count(*) filter (
            abs(sums.gap) > sums.slack
            and abs(sums.gap + (suspects.mended - suspects.value) * case when others.is_total then -1 else others.factor end) <= sums.slack
        ) as mends,
        count(*) filter (
            abs(sums.gap) <= sums.slack
            and abs(sums.gap + (suspects.mended - suspects.value) * case when others.is_total then -1 else others.factor end) > sums.slack
        ) as breaks
    from suspects
    inner join sum_members as others on suspects.row_no = others.row_no
    inner join sums on others.sum_id = sums.sum_id
    where
        suspects.mended >= 0
        and abs(suspects.mended - suspects.value) >= {{ material() }} * greatest(abs(suspects.value), 1)
    group by suspects.sum_id, suspects.row_no

),

weighed as (

    select
        suspects.*,
        tried.mends,
        jumps.neighbour_value,
        -- by how much the gap, taken off, brings the cell nearer to its neighbours in time
        case when jumps.neighbour_value is not null then
            (
                abs(ln(suspects.value + jumps.shift) - ln(jumps.neighbour_value + jumps.shift))
                - abs(ln(suspects.mended + jumps.shift) - ln(jumps.neighbour_value + jumps.shift))
            ) / jumps.unit_of_step
        end as gain
    from suspects
    inner join tried on suspects.sum_id = tried.sum_id and suspects.row_no = tried.row_no
    left join jumps on suspects.row_no = jumps.row_no
    where tried.breaks = 0

),

ranked_suspects as (

    select
        *,
        max(mends) over (partition by sum_id) as most_mends,
        count(*) over (partition by sum_id, mends) as equals,
        row_number() over (partition by sum_id, mends order by coalesce(gain, 0) desc, row_no) as place,
        max(coalesce(gain, 0)) over (partition by sum_id, mends) as best_gain,
        lead(coalesce(gain, 0)) over (partition by sum_id, mends order by coalesce(gain, 0) desc, row_no) as next_gain
    from weighed
    -- a cell that only one sum accuses, and that the gap would move away from its neighbours, is not the wrong one
    where mends > 1 or coalesce(gain, 0) > -3

),

named as (

    select
        *,
        equals = 1 or (place = 1 and best_gain >= 3 and best_gain >= next_gain + 3) as is_located,
        bool_or(equals = 1 or (place = 1 and best_gain >= 3 and best_gain >= next_gain + 3)) over (partition by sum_id) as has_located
    from ranked_suspects
    where mends = most_mends

),

sum_findings as (

    select
        row_no,
        case when bool_or(is_located) then 'sum' else 'sum_unlocated' end as finding_check,
        -- of several sums the shortest: another error in it is least likely
        arg_max(mended, case when is_located then 1e6 else 0 end - members) as expected_value,
        -- chr(59), since a written semicolon would end the statement that dbt makes of this in a unit test
        string_agg(
            distinct sum_name || ': ' || cast(parts_sum as varchar) || ' <> ' || cast(total as varchar), chr(59) || ' '
            order by sum_name || ': ' || cast(parts_sum as varchar) || ' <> ' || cast(total as varchar)
        ) as finding_detail
    from named
    where
        abs(mended - value) >= {{ material() }} * greatest(abs(value), 1)
        and (
            is_located
            -- sixteen Länder are not marked for a gap that is nothing beside Germany
            or (not has_located and (sum_name <> 'LAND = DE' or abs(parts_sum - total) >= {{ material() }} * total))
        )
    group by row_no

),

-- no single number mends the sum, so several are wrong: any that no sum which holds speaks for
unmended as (

    select
        sum_members.row_no,
        string_agg(
            distinct sums.sum_name || ': ' || cast(sums.parts_sum as varchar) || ' <> ' || cast(sums.total as varchar),
            chr(59) || ' '
            order by sums.sum_name || ': ' || cast(sums.parts_sum as varchar) || ' <> ' || cast(sums.total as varchar)
        ) as finding_detail
    from sums
    inner join sum_members on sums.sum_id = sum_members.sum_id
    where
        abs(sums.gap) > greatest(sums.slack, {{ material() }} * sums.total)
        and sums.sum_id not in (select weighed.sum_id from weighed)
        and sum_members.row_no not in (
            select holding.row_no
            from sum_members as holding
            inner join sums as held on holding.sum_id = held.sum_id
            where abs(held.gap) <= held.slack
        )
    group by sum_members.row_no

),

-- an area that has the figures of the date before in every cell: a line that was printed again under another date
repeats as (

    select unnest(list(row_no)) as row_no, any_value(date_before) as date_before
    from series
    where
        date_before is not null
        {%- if how.get('standing') %}
        and peer_level = 'KREIS'
        {%- endif %}
    group by area_code, measure_code, reference_date, date_before
    having count(*) >= {{ repeated_cells() }} and bool_and(value = value_before) and min(value) >= 100

),

jump_findings as (

    select
        row_no,
        case when has_both then 'jump' when is_oldest then 'oldest' else 'newest' end as finding_check,
        neighbour_value as expected_value,
        'z = ' || cast(round(z, 1) as varchar) as finding_detail
    from jumps
    where
        (has_both and z > {{ jump_limit() }})
        -- after a figure that is itself a jump, the newest one only comes back
        or (is_newest and z > {{ newest_limit() }} and row_before not in (
            select row_no from jumps where has_both and z > {{ jump_limit() }}
        ))
        or (is_oldest and z > {{ newest_limit() }} and row_after not in (
            select row_no from jumps where has_both and z > {{ jump_limit() }}
        ))

){% if related %},

-- two figures of an area and date whose quotient moves slowly, or is much the same everywhere
pairs as (
    {%- for first, second in how.get('paired', []) %}

    select
        'P{{ loop.index }}|' || firsts.area_code || '|' || firsts.period_key as relation_id,
        {{ loop.index }} as pair_no,
        firsts.area_code,
        firsts.area_level,
        firsts.land_code,
        firsts.peer_level,
        firsts.reference_date,
        firsts.row_no as first_row,
        seconds.row_no as second_row,
        ln(firsts.value) - ln(seconds.value) as quotient,
        sqrt((power(firsts.slack / firsts.value, 2) + power(seconds.slack / seconds.value, 2)) / 3 + {{ least_chance() }}) as chance
    from judged_cells as firsts
    inner join judged_cells as seconds
        on firsts.area_code = seconds.area_code and firsts.period_key = seconds.period_key
        and seconds.measure_code = '{{ second.measure }}'
        {%- for dimension in dimensions %} and seconds.{{ dimension }} = '{{ second.get(dimension, '_T') }}'{% endfor %}
    where
        firsts.measure_code = '{{ first.measure }}'
        {%- for dimension in dimensions %} and firsts.{{ dimension }} = '{{ first.get(dimension, '_T') }}'{% endfor %}
        and firsts.value > 0 and seconds.value > 0 and not firsts.is_backcast
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

pair_steps as (

    select
        *,
        (quotient - lag(quotient) over beside) / sqrt(power(chance, 2) + power(lag(chance) over beside, 2)) as step_before,
        (quotient - lead(quotient) over beside) / sqrt(power(chance, 2) + power(lead(chance) over beside, 2)) as step_after
    from pairs
    window beside as (partition by pair_no, area_code order by reference_date)

),

pair_centred as (

    select
        *,
        {{ least_apart('step_before') }} as apart_before,
        {{ least_apart('step_after') }} as apart_after,
        quotient - median(quotient) over level as apart_from_peers,
        count(*) over level as peers_count
    from pair_steps
    window
        peers as (partition by pair_no, peer_level, reference_date),
        land as (partition by pair_no, peer_level, reference_date, land_code),
        level as (partition by pair_no, area_level, reference_date)

),

pair_scaled as (

    select
        *,
        apart_before / greatest(1, 1.4826 * median(abs(apart_before)) over peers) as z_before,
        apart_after / greatest(1, 1.4826 * median(abs(apart_after)) over peers) as z_after,
        case when peers_count >= 30 then
            apart_from_peers / greatest(chance, 1.4826 * median(abs(apart_from_peers)) over level)
        end as z_from_peers
    from pair_centred
    window
        peers as (partition by pair_no, peer_level, reference_date),
        level as (partition by pair_no, area_level, reference_date)

),

pair_judged as (

    select
        *,
        coalesce(z_before * z_after > 0 and least(abs(z_before), abs(z_after)) > {{ pair_limit() }}, false) as stands_out
    from pair_scaled

),

{% if how.get('means') -%}
-- the rate of a whole lies between the rates of its two parts, where the parts' weights put it
whole_rates as (
    {%- for whole, one, other in how.means %}

    select
        'M{{ loop.index }}|' || wholes.area_code || '|' || wholes.period_key as relation_id,
        {{ loop.index }} as mean_no,
        wholes.peer_level,
        wholes.reference_date,
        wholes.row_no as whole_row,
        ones.row_no as one_row,
        others.row_no as other_row,
        wholes.value as whole_rate,
        ones.value as one_rate,
        others.value as other_rate,
        wholes.slack + greatest(ones.slack, others.slack) as slack
    from judged_cells as wholes
    {%- for name, part in [('ones', one), ('others', other)] %}
    inner join judged_cells as {{ name }}
        on wholes.area_code = {{ name }}.area_code and wholes.period_key = {{ name }}.period_key
        and {{ name }}.measure_code = '{{ part.measure }}'
        {%- for dimension in dimensions %} and {{ name }}.{{ dimension }} = '{{ part.get(dimension, '_T') }}'{% endfor %}
    {%- endfor %}
    where
        wholes.measure_code = '{{ whole.measure }}'
        {%- for dimension in dimensions %} and wholes.{{ dimension }} = '{{ whole.get(dimension, '_T') }}'{% endfor %}
        and wholes.value is not null and ones.value is not null and others.value is not null and not wholes.is_backcast
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

weighted_rates as (

    select
        *,
        coalesce(
            median((whole_rate - other_rate) / (one_rate - other_rate)) filter (abs(one_rate - other_rate) >= 10 * slack)
                over (partition by mean_no, peer_level, reference_date),
            0.5
        ) as weight_of_one
    from whole_rates

),

{% endif -%}
related as (

    select
        relation_id,
        [first_row, second_row] as row_nos,
        stands_out
        -- beside a quotient that is itself wrong, an end of the series is not
        or (
            coalesce(abs(case when z_before is null then z_after when z_after is null then z_before end) > {{ pair_end_limit() }}, false)
            and not coalesce(lag(stands_out) over beside, false) and not coalesce(lead(stands_out) over beside, false)
        )
        or coalesce(abs(z_from_peers) > {{ peers_limit() }}, false) as is_broken
    from pair_judged
    window beside as (partition by pair_no, area_code order by reference_date)
    {%- if how.get('means') %}

    union all

    select
        relation_id,
        [whole_row, one_row, other_row] as row_nos,
        abs(whole_rate - weight_of_one * one_rate - (1 - weight_of_one) * other_rate)
            > slack + {{ weight_differs() }} * abs(one_rate - other_rate) + 1e-6 as is_broken
    from weighted_rates
    {%- endif %}

),

related_rows as (

    select relation_id, is_broken, unnest(row_nos) as row_no from related

),

-- a cell that stands in a sum which holds, and which would not hold were the cell another number, is right
proven as (

    select distinct sum_members.row_no
    from sum_members
    inner join sums on sum_members.sum_id = sums.sum_id
    where
        abs(sums.gap) <= sums.slack and 2 * sums.slack < {{ material() }} * sum_members.value
        and sum_members.row_no in (select row_no from related_rows where is_broken)

),

-- of those that contradict each other: the one that contradicts most of what it is compared with, or leaves its series most
accused as (

    select
        related_rows.relation_id,
        related_rows.row_no,
        coalesce(jumps.z, 0) as z
    from related_rows
    inner join (
        select row_no, avg(cast(is_broken as integer)) as share, count(*) filter (where is_broken) as broken
        from related_rows
        group by row_no
    ) as shares on related_rows.row_no = shares.row_no
    left join jumps on related_rows.row_no = jumps.row_no
    where related_rows.is_broken and related_rows.row_no not in (select row_no from proven)
    qualify
        rank() over (partition by related_rows.relation_id order by shares.share desc, shares.broken desc) = 1

),

pair_findings as (

    select row_no from accused
    qualify z > max(z) over (partition by relation_id) - 3

){% endif %},

{% if 'ranked' in how -%}
-- a score with each class by its rank
scored as (

    select
        scores.row_no as score_row,
        classes.row_no as class_row,
        classes.measure_code,
        scores.area_level,
        scores.period_key,
        scores.value as score,
        classes.value as class,
        scores.value < 0 or scores.value > {{ how.ranked.most }} as is_beyond,
        classes.value < 1 or classes.value <> round(classes.value)
        {%- for measure, count in how.ranked.classes.items() %}
        or (classes.measure_code = '{{ measure }}' and classes.value > {{ count }})
        {%- endfor %} as is_no_class
    from judged_cells as scores
    inner join judged_cells as classes on scores.of_line = classes.of_line
    where
        scores.measure_code = '{{ how.ranked.score }}' and classes.measure_code in {{ listed(how.ranked.classes | list) }}
        and scores.value is not null and classes.value is not null

),

rank_contradictions as (

    select
        scored.score_row,
        scored.class_row,
        others.class_row as other_row,
        count(*) over (partition by scored.class_row) as contradicted
    from scored
    inner join scored as others
        on scored.measure_code = others.measure_code and scored.area_level = others.area_level
        and scored.period_key = others.period_key
        and (scored.class - others.class) * (scored.score - others.score) < 0
    where not (scored.is_beyond or scored.is_no_class or others.is_beyond or others.is_no_class)

),

rank_accused as (

    select distinct one.score_row, one.class_row
    from rank_contradictions as one
    inner join rank_contradictions as other on one.class_row = other.other_row and one.other_row = other.class_row
    where one.contradicted >= other.contradicted

),

rank_findings as (

    select score_row as row_no from scored where is_beyond
    union
    select class_row from scored where is_no_class
    union
    select score_row from rank_accused
    union
    select class_row from rank_accused
    qualify count(*) over (partition by score_row) = 1

),

{% endif -%}
findings as (

    select row_no, finding_check, expected_value, finding_detail, 1 as place from sum_findings where finding_check = 'sum'
    union all
    select row_no, 'repeated', null, cast(date_before as varchar), 1 from repeats
    {%- if 'ranked' in how %}
    union all
    select row_no, 'rank', null, '', 1 from rank_findings
    {%- endif %}
    union all
    select row_no, finding_check, expected_value, finding_detail, 2 from jump_findings
    {%- if related %}
    union all
    select pair_findings.row_no, 'rate', jumps.neighbour_value, '', 3
    from (select distinct row_no from pair_findings) as pair_findings
    left join jumps on pair_findings.row_no = jumps.row_no
    {%- endif %}
    union all
    select row_no, finding_check, null, finding_detail, 4 from sum_findings where finding_check = 'sum_unlocated'
    union all
    select row_no, 'sum_unlocated', null, finding_detail, 4 from unmended

),

found as (

    select
        row_no,
        arg_min(finding_check, place) as finding_check,
        arg_min(expected_value, place) as expected_value,
        string_agg(finding_detail, chr(59) || ' ' order by place) filter (where finding_detail <> '') as finding_detail
    from findings
    group by row_no

),

judged as (

    select
        numbered.*,
        case when found.row_no is not null then {{ finding_id(fact, dimensions) }} end as finding_id,
        found.finding_check,
        found.expected_value,
        found.finding_detail
    from numbered
    left join found on numbered.row_no = found.row_no

)
{%- endmacro %}
