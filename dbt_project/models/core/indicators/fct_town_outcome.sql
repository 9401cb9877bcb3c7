{#-
  Progress of agreed goals over indicators of the town's own forms (macros/goals.sql), on the newest division in which the area
  exists: earlier years are carried onto it. Where a reform divides parts, and they cannot be, an area that the register lists
  through it unchanged counts as on the division of the day. Its peers are the other areas of its level. Confidential; what may
  leave does so through the policies of the forms.
-#}
with computed as (

    select * from {{ ref('fct_town_indicator') }}

),

divisions as (

    select * from {{ ref('bridge_small_area') }}

),

listed as (

    select area_code, valid_from, valid_to
    from {{ ref('stg_kommune__gebietsgliederung') }}
    qualify row_number() over (partition by area_code order by valid_from desc) = 1

),

newest_keys as (

    select area_code, max_by(area_key, edition_from) as area_key, max_by(area_level, edition_from) as area_level,
        max(edition_from) as edition_from
    from divisions
    group by area_code

),

goals as (

    select
        agreed.*,
        agreed.indicator_id as figure_id,
        agreed.area_code as place,
        newest_keys.area_level,
        newest_keys.edition_from
    from {{ ref('dim_goal') }} as agreed
    left join newest_keys on agreed.area_code = newest_keys.area_code
    where agreed.is_confidential

),

followed_areas as (

    select computed.*
    from computed
    left join newest_keys on computed.area_key = newest_keys.area_key
    left join listed
        on computed.area_code = listed.area_code
        and listed.valid_from <= computed.reference_date
        and computed.reference_date < listed.valid_to
    where newest_keys.area_key is not null or (listed.area_code is not null and not computed.is_backcast)
    qualify
        row_number() over (
            partition by computed.indicator_id, computed.area_code, computed.reference_date
            order by newest_keys.area_key is null, computed.edition desc
        ) = 1

),

measured as (

    select
        indicator_id as figure_id,
        area_code as place,
        reference_date,
        value,
        lower_limit,
        upper_limit,
        reliability,
        missing_reason,
        false as is_ahead
    from followed_areas

),

goal_peers as (

    select goals.goal_id, divisions.area_code as place
    from goals
    inner join divisions
        on goals.edition_from = divisions.edition_from and goals.area_level = divisions.area_level

),

-- what a reform of the division changes is carried over; forms have no other break
breaks as (

    select figure_id, place, reference_date, reference_date as previous_date, reference_date as break_date
    from measured
    where false

),

indicators as (

    select * from {{ ref('indicator') }}

),

{{ goal_progress() }}

select
    {{ progress_columns() }},
    indicators.name_de as indicator_name_de,
    indicators.unit,
    coalesce(now.area_key, stated.area_code) as area_key,
    now.area_name,
    now.area_level,
    now.edition,
    now.is_backcast,
    now.period_key,
    coalesce(start.period_key, now.period_key) as baseline_period_key,
    coalesce(start.area_key, now.area_key) as baseline_area_key,
    start.numerator as baseline_numerator,
    start.denominator as baseline_denominator,
    start.is_backcast as is_baseline_backcast,
    now.numerator,
    now.denominator,
    peer_changes.peer_change,
    now.numerator_dataset,
    now.snapshot_id,
    now.known_from
from stated
inner join indicators on stated.indicator_id = indicators.indicator_id
left join followed_areas as now
    on stated.indicator_id = now.indicator_id
    and stated.place = now.area_code
    and stated.reference_date = now.reference_date
left join followed_areas as start
    on stated.indicator_id = start.indicator_id
    and stated.place = start.area_code
    and stated.baseline_date = start.reference_date
left join peer_changes
    on stated.goal_id = peer_changes.goal_id and stated.reference_date = peer_changes.reference_date
