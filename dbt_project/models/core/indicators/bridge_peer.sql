{#-
  Who belongs to which ring: members chosen by hand, and automatic peers by structure.

  Automatic peers are the areas of a level nearest to the one they are sought for: the root mean square of the
  differences of standardised context indicators (mean and standard deviation over the areas of that level in that
  year). Only areas with every context indicator take part; ties go to the smaller code, so the choice is reproducible.
-#}
with rings as (

    select * from {{ ref('peer_ring') }}

),

members as (

    select * from {{ ref('peer_ring_member') }}

),

context as (

    select * from {{ ref('peer_ring_indicator') }}
    where role = 'context'

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

standardised as (

    select
        rings.ring_id,
        rings.peers_of,
        rings.peer_number,
        computed.area_code,
        computed.indicator_id,
        (computed.value - avg(computed.value) over candidates) / nullif(stddev_pop(computed.value) over candidates, 0) as z
    from rings
    inner join context on rings.ring_id = context.ring_id
    inner join computed
        on context.indicator_id = computed.indicator_id
        and rings.peer_level = computed.area_level
        and rings.peer_year = year(computed.reference_date)
    where not computed.is_backcast and computed.value is not null
    window candidates as (partition by rings.ring_id, computed.indicator_id)

),

distances as (

    select
        own.ring_id,
        other.area_code,
        own.peer_number,
        {{ settled('sqrt(' ~ exact_sum('power(other.z - own.z, 2)', 12) ~ ' / count(*))') }} as distance,
        count(*) as indicators_compared
    from standardised as own
    inner join standardised as other
        on own.ring_id = other.ring_id and own.indicator_id = other.indicator_id
    where own.area_code = own.peers_of
    group by own.ring_id, other.area_code, own.peer_number

),

needed as (

    select ring_id, count(*) as indicators_needed from context group by ring_id

),

nearest as (

    select
        distances.*,
        row_number() over (partition by distances.ring_id order by distances.distance, distances.area_code) as position
    from distances
    inner join needed
        on distances.ring_id = needed.ring_id and distances.indicators_compared = needed.indicators_needed

)

select
    ring_id,
    area_code,
    'hand' as chosen_by,
    cast(null as double) as distance,
    valid_from,
    valid_to
from members

union all

select
    ring_id,
    area_code,
    'structure' as chosen_by,
    distance,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to
from nearest
where position <= peer_number + 1
