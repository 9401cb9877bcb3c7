{#-
  Peers by structure: the areas of a level nearest to the one they are sought for, or to each of the level. Distance is the root
  mean square of the differences of standardised context indicators (mean and standard deviation over the areas of that level in
  that year). Without a year the newest counts in which nine of ten areas of the level have all of them. Only areas with every
  context indicator take part; ties go to the smaller code, so the choice is reproducible. The area itself stands at position 0.
-#}
{%- set candidates = 'partition by known.ring_id, known.indicator_id' %}
with rings as (

    select * from {{ ref('dim_ring') }}
    where peers_of is not null

),

context as (

    select * from {{ ref('bridge_ring_indicator') }}
    where role = 'context'

),

computed as (

    select * from {{ ref('fct_indicator') }}
    where not is_backcast and value is not null

),

needed as (

    select ring_id, count(*) as indicators_needed from context group by ring_id

),

known as (

    select
        rings.ring_id,
        rings.peers_of,
        rings.peer_year,
        rings.peer_number,
        computed.area_code,
        computed.indicator_id,
        year(computed.reference_date) as of_year,
        computed.value
    from rings
    inner join context on rings.ring_id = context.ring_id
    inner join computed
        on context.indicator_id = computed.indicator_id
        and rings.peer_level = computed.area_level
    -- the last of a year that has several
    qualify
        row_number() over (
            partition by rings.ring_id, computed.area_code, computed.indicator_id, year(computed.reference_date)
            order by computed.reference_date desc
        ) = 1

),

whole as (

    select known.ring_id, known.of_year, known.area_code
    from known
    inner join needed on known.ring_id = needed.ring_id
    group by known.ring_id, known.of_year, known.area_code, needed.indicators_needed
    having count(*) = needed.indicators_needed

),

areas_known as (

    select ring_id, of_year, count(distinct area_code) as areas from known group by ring_id, of_year

),

chosen as (

    select
        rings.ring_id,
        coalesce(
            any_value(rings.peer_year),
            max(whole.of_year) filter (where whole.areas >= 0.9 * areas_known.areas)
        ) as of_year
    from rings
    inner join (select ring_id, of_year, count(*) as areas from whole group by ring_id, of_year) as whole
        on rings.ring_id = whole.ring_id
    inner join areas_known on whole.ring_id = areas_known.ring_id and whole.of_year = areas_known.of_year
    group by rings.ring_id

),

means as (

    select
        known.*,
        {{ exact_mean('known.value', candidates) }} as mean_value
    from known
    inner join chosen on known.ring_id = chosen.ring_id and known.of_year = chosen.of_year

),

standardised as (

    select
        known.ring_id,
        known.peers_of,
        known.peer_number,
        known.of_year,
        known.area_code,
        known.indicator_id,
        (known.value - known.mean_value) / nullif({{ deviation('known.value', 'known.mean_value', candidates) }}, 0) as z
    from means as known

),

distances as (

    select
        own.ring_id,
        own.of_year,
        own.area_code,
        other.area_code as peer_code,
        own.peer_number,
        {{ settled('sqrt(' ~ exact_sum('power(other.z - own.z, 2)', 12) ~ ' / count(*))') }} as distance,
        count(*) as indicators_compared
    from standardised as own
    inner join standardised as other
        on own.ring_id = other.ring_id and own.indicator_id = other.indicator_id
    where own.peers_of in (own.area_code, 'every')
    group by own.ring_id, own.of_year, own.area_code, other.area_code, own.peer_number

),

nearest as (

    select
        distances.*,
        row_number() over (
            partition by distances.ring_id, distances.area_code
            order by distances.distance, distances.area_code <> distances.peer_code, distances.peer_code
        ) - 1 as position
    from distances
    inner join needed
        on distances.ring_id = needed.ring_id and distances.indicators_compared = needed.indicators_needed

)

select
    ring_id,
    area_code,
    peer_code,
    cast(position as integer) as position,
    distance,
    cast(of_year as integer) as reference_year
from nearest
where position <= peer_number
