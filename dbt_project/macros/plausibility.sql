{#-
  What is implausible in a published table: marked, not hidden and not refused. A cell so marked keeps its value and has
  `obs_status` U; why, and what would be expected, stands beside it in the fact and in fct_implausible, where a statistician
  answers it (`<data root>/town/answers.csv`, see sources/declared/answers.py). Only the row that is preferred is judged.

  Published sums. Parts of a dimension give a published whole, Kreise their Regierungsbezirk and Land, Länder Germany. The
  gap that the source's rounding explains is no finding; a gap that is less than MATERIAL of the cell is no finding either
  (the gate names it). A wrong cell breaks every sum it stands in by the same number, and the others hold: where that
  leaves one cell, it is marked (`sum`); where several are left, the one whose jump in time the gap would mend (`sum`), else
  all of them (`sum_unlocated`).

  Jumps. A step from one date to the next is measured as a logarithm, in units of what chance allows a number of that size
  (Poisson, pooled) and of how much the other areas' steps between the same two dates spread (median absolute deviation),
  after taking off the step that all areas make together, in Germany and in the same Land. So a move that is common to
  many (2015, a reform) is none. A cell is marked when it stands out against both neighbours in the same direction
  (`jump`), the newest one of a series when it stands out far against the one before (`newest`).

  Count and rate. Where a row holds a count and the rate made of it, count / rate is the reference the office divided
  by; it moves slowly. Where it jumps against both neighbours, the one of the two that jumps more is marked (`rate`).

  Robust z of this kind: Iglewicz and Hoaglin 1993, How to detect and handle outliers. Locating an error by the margins it
  breaks: Fellegi and Holt 1976, applied to sums.
-#}

{#- Least share of a cell by which it must be wrong to be marked. -#}
{% macro material() -%} 0.01 {%- endmacro %}
{#- Robust standard deviations beyond which a step is a jump: against both neighbours, and at the end of a series. -#}
{% macro jump_limit() -%} 8 {%- endmacro %}
{% macro newest_limit() -%} 14 {%- endmacro %}
{#- The same for count / rate, which moves less than either. -#}
{% macro pair_limit() -%} 5 {%- endmacro %}

{#-
  Which cells of a fact add up to which, and how its measures are rounded.

  parts      parts of a `dimension` that give its `total` (of one `measure`, or of all that add up); `at`: one of them is
             a part only where another dimension has a code, and stands for its total there
  rates      measures that do not add up (`_pct`, averages): no sums
  rounded    measure -> unit to which every figure is rounded, when it is no whole count
  unshared   dimension -> codes whose Land counts more than its Kreise do (recipients of agencies above the Kreise)
  paired     counts and the rates made of them: [measure and codes of the count, of the rate]
-#}
{% macro additive_facts() %}
{%- set seventy_four = [] -%}
{%- for year in range(75) %}{% do seventy_four.append('Y' ~ year) %}{% endfor -%}
{%- set to_64 = ['Y_LT3', 'Y3T5', 'Y6T9', 'Y10T14', 'Y15T17', 'Y18T19', 'Y20T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44',
    'Y45T49', 'Y50T54', 'Y55T59', 'Y60T64'] -%}
{%- set sexes = {'dimension': 'sex', 'parts': ['M', 'F']} -%}
{%- set nationalities = {'dimension': 'nationality', 'parts': ['GERMAN', 'FOREIGN']} -%}
    {{ return({
        'population': {
            'parts': [
                sexes,
                nationalities,
                {'dimension': 'age_group', 'parts': to_64 + ['Y65T74', 'Y_GE75']},
                {'dimension': 'age_group', 'parts': to_64 + ['Y65T69', 'Y70T74', 'Y75T79', 'Y80T84', 'Y85T89', 'Y_GE90']},
                {'dimension': 'age_group', 'parts': seventy_four + ['Y_GE75']},
                {'dimension': 'age_group', 'total': 'Y_LT3', 'parts': seventy_four[:3]},
                {'dimension': 'age_group', 'total': 'Y65T74', 'parts': seventy_four[65:]},
            ],
        },
        'school_enrolment': {
            'parts': [
                {'dimension': 'school_type', 'measure': 'pupils',
                 'parts': ['PRE', 'GS', 'OS', 'HS', 'SMB', 'RS', 'GY', 'IGS', 'WALDORF', 'FOES', 'ABEND_KOL']},
            ],
        },
        'school_leaver': {
            'parts': [{'dimension': 'qualification', 'parts': ['WITHOUT_HSA', 'HSA', 'MSA', 'FHR', 'AHR']}],
        },
        'benefit_receipt': {
            'parts': [
                sexes,
                nationalities,
                {'dimension': 'benefit', 'total': 'MINDESTSICHERUNG', 'measure': 'persons',
                 'parts': ['SGB2_RLB', 'SGB12_HLU', 'SGB12_GSIAE', 'ASYLBLG'],
                 'at': {'part': 'SGB12_HLU', 'dimension': 'setting', 'code': 'OUTSIDE'}},
                {'dimension': 'benefit', 'total': 'SGB2_RLB', 'measure': 'persons', 'parts': ['SGB2_ELB', 'SGB2_NEF']},
                {'dimension': 'benefit', 'total': 'ASYLBLG', 'measure': 'persons',
                 'parts': ['ASYLBLG_BASIC', 'ASYLBLG_HLU']},
                {'dimension': 'benefit', 'total': 'WOHNGELD', 'measure': 'households',
                 'parts': ['WOHNGELD_RENT', 'WOHNGELD_BURDEN']},
                {'dimension': 'setting', 'parts': ['INSIDE', 'OUTSIDE']},
                {'dimension': 'age_group', 'parts': ['Y18_TO_LIMIT', 'Y_GE_LIMIT']},
                {'dimension': 'age_group', 'parts': ['Y_LT7', 'Y7T17', 'Y18T24', 'Y25T49', 'Y50T64', 'Y_GE65']},
            ],
            'rates': ['avg_monthly_eur'],
            'unshared': {
                'benefit': ['MINDESTSICHERUNG', 'SGB12_HLU', 'SGB12_GSIAE', 'SGB12_K5_9', 'SGB12_CARE',
                            'SGB12_HEALTH', 'SGB12_INTEGRATION', 'SGB12_OTHER', 'SGB5_264', 'ASYLBLG', 'ASYLBLG_BASIC',
                            'ASYLBLG_HLU'],
            },
        },
        'childcare': {
            'parts': [{'dimension': 'age_group', 'measure': 'children', 'parts': ['Y_LT3', 'Y3T5', 'Y6T13']}],
        },
        'youth_facility': {
            'parts': [
                {'dimension': 'facility_type', 'measure': 'facilities', 'parts': ['UNDER3', 'Y2T7', 'SCHOOL', 'ALL_AGES']},
            ],
            'rounded': {'fte_pedagogic': 1, 'staff_pedagogic_fulltime_to_2010': 1},
        },
        'unemployment': {
            'rates': ['unemployment_rate_pct', 'unemployment_rate_dependent_pct'],
            'rounded': {'unemployed': 1},
            'paired': [
                [{'measure': 'unemployed'}, {'measure': 'unemployment_rate_pct'}],
                [{'measure': 'unemployed'}, {'measure': 'unemployment_rate_dependent_pct'}],
                [{'measure': 'unemployed', 'nationality': 'FOREIGN'},
                 {'measure': 'unemployment_rate_pct', 'nationality': 'FOREIGN'}],
                [{'measure': 'unemployed', 'age_group': 'Y15T24'},
                 {'measure': 'unemployment_rate_pct', 'age_group': 'Y15T24'}],
                [{'measure': 'unemployed'}, {'measure': 'unemployment_rate_pct', 'sex': 'M'}],
                [{'measure': 'unemployed'}, {'measure': 'unemployment_rate_pct', 'sex': 'F'}],
            ],
        },
        'income': {
            'rates': ['income_per_head_eur'],
            'rounded': {'income_teur': 1},
            'paired': [[{'measure': 'income_teur'}, {'measure': 'income_per_head_eur'}]],
        },
        'area_size': {'rounded': {'area_sqkm': 0.01}},
        'migration': {
            'parts': [
                sexes,
                {'dimension': 'age_group', 'parts': ['Y_LT18', 'Y18T24', 'Y25T29', 'Y30T49', 'Y50T64', 'Y_GE65']},
            ],
        },
        'employment': {'parts': [sexes]},
        'care_recipient': {
            'parts': [
                sexes,
                {'dimension': 'care_type', 'total': 'HOME', 'parts': ['HOME_PERMANENT', 'HOME_SHORT']},
                {'dimension': 'care_type', 'parts': ['OUTPATIENT', 'HOME', 'ALLOWANCE']},
            ],
        },
        'care_facility': {},
        'poverty_risk': {'rates': ['poverty_risk_national_pct', 'poverty_risk_regional_pct']},
    }) }}
{% endmacro %}

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

{#-
  CTEs that end in `judged`: the rows of `relation` (all versions of a fact, with `preferred_to`) with `finding_check`,
  `expected_value` and `finding_detail`, NULL for a plausible row. CTE `areas` (dim_area) stands before it.
-#}
{% macro judged(relation, fact, dimensions) %}
{%- set how = additive_facts()[fact] %}
{%- set rates = how.get('rates', []) %}
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
        {% if rates -%}
        numbered.measure_code in {{ listed(rates) }}
        {%- else -%}
        false
        {%- endif %} as is_rate,
        coalesce(floor(numbered.rounding_base / 2), 0)
        {%- for measure, unit in how.get('rounded', {}).items() %}
        + case when numbered.measure_code = '{{ measure }}' then {{ unit / 2 }} else 0 end
        {%- endfor %} as slack
    from numbered
    inner join areas on numbered.area_key = areas.area_key
    where numbered.preferred_to is null and numbered.missing_reason <> 'area_not_existing'

),

-- published sums: one row per cell and sum it stands in
sum_members as (
    {%- for sum in how.get('parts', []) %}
    {%- set total = sum.get('total', '_T') %}

    select
        'S{{ loop.index }}|' || concat_ws('|', area_code, period_key, measure_code
            {%- for dimension in dimensions if dimension != sum.dimension %},
            {%- if 'at' in sum and sum.at.dimension == dimension %}
            case when {{ sum.dimension }} = '{{ sum.at.part }}' then '_T' else {{ dimension }} end
            {%- else %} {{ dimension }}{% endif %}{% endfor %}) as sum_id,
        '{{ sum.dimension }} = {{ total }}' as sum_name,
        row_no,
        {{ sum.dimension }} = '{{ total }}' as is_total,
        value,
        slack,
        {{ sum.parts | length }} as part_count
    from judged_cells
    where
        not is_rate and {{ sum.dimension }} in {{ listed(sum.parts + [total]) }}
        {%- if 'measure' in sum %} and measure_code = '{{ sum.measure }}'{% endif %}
        {%- if 'at' in sum %}
        and ({{ sum.dimension }} <> '{{ sum.at.part }}' or {{ sum.at.dimension }} = '{{ sum.at.code }}')
        {%- endif %}

    union all
    {%- endfor %}
    {%- for part, whole, parent in [('KREIS', 'LAND', 'land_code'), ('KREIS', 'REGBEZ', 'left(area_code, 3)'),
        ('REGBEZ', 'LAND', 'land_code'), ('LAND', 'DE', "'DG'")] %}

    select
        '{{ part }}|{{ whole }}|' || concat_ws('|', case when area_level = '{{ whole }}' then area_code else {{ parent }} end, period_key, cell)
            as sum_id,
        '{{ part }} = {{ whole }}' as sum_name,
        row_no,
        area_level = '{{ whole }}' as is_total,
        value,
        slack,
        case when area_level = '{{ whole }}' then
            {%- if whole == 'DE' %} 16
            {%- else %} (
                select count(*)
                from areas
                where
                    areas.area_level = '{{ part }}' and areas.in_register
                    and starts_with(areas.area_code, judged_cells.area_code)
                    and judged_cells.territory_day >= areas.valid_from and judged_cells.territory_day < areas.valid_to
            )
            {%- endif %} end as part_count
    from judged_cells
    where
        not is_rate and not is_backcast and area_level in ('{{ part }}', '{{ whole }}')
        {%- if part == 'KREIS' and whole == 'LAND' or part == 'REGBEZ' %}
        {%- for dimension, codes in how.get('unshared', {}).items() %} and {{ dimension }} not in {{ listed(codes) }}{% endfor %}
        {%- endif %}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

sums as materialized (

    select
        sum_id,
        any_value(sum_name) as sum_name,
        sum(value) filter (where not is_total) as parts_sum,
        max(value) filter (where is_total) as total,
        sum(value) filter (where not is_total) - max(value) filter (where is_total) as gap,
        sum(slack) as slack
    from sum_members
    group by sum_id
    having
        count(value) filter (where is_total) = 1
        and count(value) filter (where not is_total) = count(*) filter (where not is_total)
        and count(value) filter (where not is_total) >= max(part_count)

),

-- steps from one date of a series to the next
series as (

    select
        *,
        lag(row_no) over steps as row_before,
        lag(value) over steps as value_before,
        lag(reference_date) over steps as date_before
    from judged_cells
    where value is not null and value >= 0 and not is_backcast
    window steps as (partition by area_code, cell order by reference_date)

),

steps as (

    select
        *,
        ln(value + case when is_rate then 0.05 else 1 end) - ln(value_before + case when is_rate then 0.05 else 1 end)
            as step,
        sqrt(
            case when is_rate then power(0.1 / (value + value_before + 0.1), 2) else 4 / (value + value_before + 1) end
            + 0.0004 * greatest(1, (reference_date - date_before) / 365.0)
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
        sums.parts_sum,
        sums.total,
        sums.slack,
        sum_members.value,
        case when sum_members.is_total then sum_members.value + sums.gap else sum_members.value - sums.gap end as mended
    from sums
    inner join sum_members on sums.sum_id = sum_members.sum_id
    where abs(sums.gap) > sums.slack + 1e-6

),

votes as (

    select row_no, count(*) as broken, max(mended) - min(mended) <= max(slack) as is_one_value, max(slack) as slack
    from suspects
    group by row_no

),

stands_in as (

    select sum_members.row_no, count(*) as sums_count
    from sum_members
    inner join sums on sum_members.sum_id = sums.sum_id
    where sum_members.row_no in (select row_no from votes)
    group by sum_members.row_no

),

weighed as (

    select
        suspects.*,
        votes.broken,
        jumps.neighbour_value,
        -- by how much the gap, taken off, brings the cell nearer to its neighbours in time
        case when jumps.neighbour_value is not null then
            (
                abs(ln(suspects.value + jumps.shift) - ln(jumps.neighbour_value + jumps.shift))
                - abs(ln(suspects.mended + jumps.shift) - ln(jumps.neighbour_value + jumps.shift))
            ) / jumps.unit_of_step
        end as gain
    from suspects
    inner join votes on suspects.row_no = votes.row_no
    inner join stands_in on suspects.row_no = stands_in.row_no
    left join jumps on suspects.row_no = jumps.row_no
    where
        votes.broken = stands_in.sums_count and votes.is_one_value
        and suspects.mended >= 0
        and abs(suspects.mended - suspects.value) >= {{ material() }} * greatest(abs(suspects.value), 1)

),

ranked_suspects as (

    select
        *,
        max(broken) over (partition by sum_id) as most_broken,
        count(*) over (partition by sum_id, broken) as equals,
        row_number() over (partition by sum_id, broken order by coalesce(gain, 0) desc, row_no) as place,
        max(coalesce(gain, 0)) over (partition by sum_id, broken) as best_gain,
        lead(coalesce(gain, 0)) over (partition by sum_id, broken order by coalesce(gain, 0) desc, row_no) as next_gain
    from weighed
    -- a cell that only one sum accuses, and that the gap would move away from its neighbours, is not the wrong one
    where broken > 1 or coalesce(gain, 0) > -3

),

named as (

    select
        *,
        equals = 1 or (place = 1 and best_gain >= 3 and best_gain >= next_gain + 3) as is_located,
        bool_or(equals = 1 or (place = 1 and best_gain >= 3 and best_gain >= next_gain + 3)) over (partition by sum_id) as has_located
    from ranked_suspects
    where broken = most_broken

),

sum_findings as (

    select
        row_no,
        case when bool_or(is_located) then 'sum' else 'sum_unlocated' end as finding_check,
        arg_max(mended, case when is_located then 1 else 0 end) as expected_value,
        -- chr(59), since a written semicolon would end the statement that dbt makes of this in a unit test
        string_agg(
            distinct sum_name || ': ' || cast(parts_sum as varchar) || ' <> ' || cast(total as varchar), chr(59) || ' '
            order by sum_name || ': ' || cast(parts_sum as varchar) || ' <> ' || cast(total as varchar)
        ) as finding_detail
    from named
    -- sixteen Länder are not marked for a gap that is nothing beside Germany
    where is_located or (not has_located and (sum_name <> 'LAND = DE' or abs(parts_sum - total) >= {{ material() }} * total))
    group by row_no

),

jump_findings as (

    select
        row_no,
        case when has_both then 'jump' else 'newest' end as finding_check,
        neighbour_value as expected_value,
        'z = ' || cast(round(z, 1) as varchar) as finding_detail
    from jumps
    where
        (has_both and z > {{ jump_limit() }})
        -- after a figure that is itself a jump, the newest one only comes back
        or (is_newest and z > {{ newest_limit() }} and row_before not in (
            select row_no from jumps where has_both and z > {{ jump_limit() }}
        ))

){% if how.get('paired') %},

pairs as (
    {%- for count_of, rate_of in how.paired %}

    select
        '{{ loop.index }}|' || counted.area_code as series_id,
        counted.land_code,
        counted.peer_level,
        counted.reference_date,
        counted.row_no as count_row,
        rated.row_no as rate_row,
        ln(counted.value) - ln(rated.value) as ratio,
        sqrt(power(0.5 / counted.value, 2) + power(0.05 / rated.value, 2) + 0.0001) as chance
    from judged_cells as counted
    inner join judged_cells as rated
        on counted.area_code = rated.area_code and counted.period_key = rated.period_key
        and rated.measure_code = '{{ rate_of.measure }}'
        {%- for dimension in dimensions %} and rated.{{ dimension }} = '{{ rate_of.get(dimension, '_T') }}'{% endfor %}
    where
        counted.measure_code = '{{ count_of.measure }}'
        {%- for dimension in dimensions %} and counted.{{ dimension }} = '{{ count_of.get(dimension, '_T') }}'{% endfor %}
        and counted.value > 0 and rated.value > 0 and not counted.is_backcast
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

pair_steps as (

    select
        *,
        (ratio - lag(ratio) over beside) / sqrt(power(chance, 2) + power(lag(chance) over beside, 2)) as step_before,
        (ratio - lead(ratio) over beside) / sqrt(power(chance, 2) + power(lead(chance) over beside, 2)) as step_after
    from pairs
    window beside as (partition by series_id order by reference_date)

),

pair_centred as (

    select
        *,
        step_before - median(step_before) over peers as apart_before,
        step_after - median(step_after) over peers as apart_after
    from pair_steps
    window peers as (partition by left(series_id, 2), peer_level, reference_date)

),

pair_scaled as (

    select
        *,
        apart_before / greatest(1, 1.4826 * median(abs(apart_before)) over peers) as z_before,
        apart_after / greatest(1, 1.4826 * median(abs(apart_after)) over peers) as z_after
    from pair_centred
    window peers as (partition by left(series_id, 2), peer_level, reference_date)

),

contradictions as (

    select
        pair_scaled.*,
        coalesce(counted.z, 0) as count_z,
        coalesce(rated.z, 0) as rate_z
    from pair_scaled
    left join jumps as counted on pair_scaled.count_row = counted.row_no
    left join jumps as rated on pair_scaled.rate_row = rated.row_no
    where
        (pair_scaled.z_before * pair_scaled.z_after > 0
            and least(abs(pair_scaled.z_before), abs(pair_scaled.z_after)) > {{ pair_limit() }})
        or (pair_scaled.z_after is null and abs(pair_scaled.z_before) > {{ newest_limit() }})

),

pair_findings as (

    select count_row as row_no, count(*) as found from contradictions where count_z >= rate_z group by count_row
    union all
    select rate_row, count(*) from contradictions where rate_z > count_z group by rate_row

){% endif %},

findings as (

    select row_no, finding_check, expected_value, finding_detail, 1 as place from sum_findings where finding_check = 'sum'
    union all
    select row_no, finding_check, expected_value, finding_detail, 2 from jump_findings
    {%- if how.get('paired') %}
    union all
    select pair_findings.row_no, 'rate', jumps.neighbour_value, '', 3
    from pair_findings
    left join jumps on pair_findings.row_no = jumps.row_no
    {%- endif %}
    union all
    select row_no, finding_check, null, finding_detail, 4 from sum_findings where finding_check = 'sum_unlocated'

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
