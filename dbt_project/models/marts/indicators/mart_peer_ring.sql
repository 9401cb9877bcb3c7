with rings as (

    select * from {{ ref('dim_ring') }}

),

peers as (

    select * from {{ ref('bridge_peer') }}

),

ring_indicators as (

    select * from {{ ref('bridge_ring_indicator') }}
    where role = 'compared'

),

indicators as (

    select * from {{ ref('indicator') }}

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

precision as (

    select * from {{ ref('fct_indicator_precision') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

rows_of_ring as (

    select
        rings.ring_id,
        rings.ranking,
        rings.minimum_members,
        peers.distance,
        computed.*,
        precision.reliability,
        precision.change,
        precision.change_verdict,
        precision.definition_edition
    from rings
    inner join ring_indicators on rings.ring_id = ring_indicators.ring_id
    inner join peers on rings.ring_id = peers.ring_id
    inner join computed
        on ring_indicators.indicator_id = computed.indicator_id
        and peers.area_code = computed.area_code
        and computed.reference_date >= peers.valid_from
        and computed.reference_date < peers.valid_to
    inner join precision
        on computed.indicator_id = precision.indicator_id
        and computed.area_code = precision.area_code
        and computed.reference_date = precision.reference_date

),

summaries as (

    select
        ring_id,
        indicator_id,
        reference_date,
        count(value) as members_count,
        max(minimum_members) as minimum_members,
        median(value) as ring_median,
        quantile_cont(value, 0.25) as ring_lower_quartile,
        quantile_cont(value, 0.75) as ring_upper_quartile,
        min(value) as ring_minimum,
        max(value) as ring_maximum,
        median(change) filter (change_verdict <> 'break') as ring_change_median,
        count(distinct definition_edition) as editions,
        count(distinct numerator_dataset) as sources,
        mode(numerator_dataset) as usual_source,
        count(distinct coalesce(rounding_base, 0)) as roundings
    from rows_of_ring
    group by ring_id, indicator_id, reference_date

),

graded as (

    select
        rows_of_ring.*,
        summaries.members_count,
        summaries.members_count >= summaries.minimum_members as is_enough,
        summaries.ring_median,
        summaries.ring_lower_quartile,
        summaries.ring_upper_quartile,
        summaries.ring_minimum,
        summaries.ring_maximum,
        summaries.ring_change_median,
        rank() over (
            partition by rows_of_ring.ring_id, rows_of_ring.indicator_id, rows_of_ring.reference_date
            order by
                case when indicators.direction = 'higher' then -rows_of_ring.value else rows_of_ring.value end nulls last
        ) as place,
        indicators.direction,
        concat_ws(
            ', ',
            case when rows_of_ring.value is null then 'missing' end,
            case when summaries.editions > 1 then 'edition' end,
            case when rows_of_ring.numerator_dataset is distinct from summaries.usual_source then 'source' end,
            case when rows_of_ring.is_backcast then 'territory' end,
            case when summaries.roundings > 1 then 'rounding' end,
            case when rows_of_ring.reliability in ('low', 'insufficient') then 'small_numbers' end,
            case when rows_of_ring.obs_status in ('E', 'P', 'U') then 'status' end
        ) as reasons
    from rows_of_ring
    inner join summaries
        on rows_of_ring.ring_id = summaries.ring_id
        and rows_of_ring.indicator_id = summaries.indicator_id
        and rows_of_ring.reference_date = summaries.reference_date
    inner join indicators on rows_of_ring.indicator_id = indicators.indicator_id

)

select
    graded.ring_id,
    rings.name_de as ring_name_de,
    rings.name_en as ring_name_en,
    graded.indicator_id,
    indicators.name_de as indicator_name_de,
    indicators.unit,
    graded.area_key,
    graded.area_code,
    areas.area_name,
    graded.reference_date,
    graded.value,
    graded.obs_status,
    graded.missing_reason,
    cast(graded.members_count as integer) as members_count,
    case when graded.is_enough then graded.ring_median end as ring_median,
    case when graded.is_enough then graded.ring_lower_quartile end as ring_lower_quartile,
    case when graded.is_enough then graded.ring_upper_quartile end as ring_upper_quartile,
    case when graded.is_enough then graded.ring_minimum end as ring_minimum,
    case when graded.is_enough then graded.ring_maximum end as ring_maximum,
    case
        when not graded.is_enough then 'too_few_members'
        else 'none'
    end as ring_missing_reason,
    cast(
        case
            when graded.is_enough and graded.ranking and graded.direction <> 'neutral' and graded.value is not null
                then graded.place
        end as integer
    ) as position,
    graded.change,
    graded.change_verdict,
    case when graded.is_enough then graded.ring_change_median end as ring_change_median,
    case
        when graded.reasons = '' then 'good'
        when graded.reasons like '%missing%' or graded.reasons like '%edition%' or graded.reasons like '%source%' then 'poor'
        else 'limited'
    end as comparability,
    graded.reasons as comparability_reasons,
    graded.distance as structural_distance
from graded
inner join rings on graded.ring_id = rings.ring_id
inner join indicators on graded.indicator_id = indicators.indicator_id
inner join areas on graded.area_key = areas.area_key
