{#-
  What changed between two states of a dataset: every version of a cell that replaced another one, and every cell that a
  later delivery printed for the first time.
-#}
with revised as (  -- only these have cells in more than one version

    select dataset_id from {{ ref('dim_snapshot') }}
    group by dataset_id
    having count(*) > 1

    union

    select dataset_id from {{ ref('corrections') }}

),

versions as (
    {%- for fact in indicator_facts() %}

    {{ revisions(fact.name, fact.dimensions) }}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

breaks as (

    select * from {{ ref('dim_break') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

deliveries as (

    select
        dataset_id,
        snapshot_after as snapshot_id,
        lag(snapshot_after) over newest as snapshot_before,
        lag(known_after) over newest as known_before,
        max(last_date) over (
            partition by dataset_id order by known_after, snapshot_after rows between unbounded preceding and 1 preceding
        ) as last_date_before
    from (
        select
            dataset_id,
            snapshot_after,
            min(known_after) as known_after,
            max(reference_date) filter (value_after is not null) as last_date
        from versions
        where correction_id is null
        group by all
    ) as found
    window newest as (partition by dataset_id order by known_after, snapshot_after)

),

changes as (

    select
        versions.* replace (
            coalesce(versions.snapshot_before, deliveries.snapshot_before) as snapshot_before,
            coalesce(versions.known_before, deliveries.known_before) as known_before
        ),
        versions.snapshot_before is null as is_new,
        deliveries.last_date_before
    from versions
    left join deliveries
        on versions.dataset_id = deliveries.dataset_id
        and versions.snapshot_after = deliveries.snapshot_id
    where coalesce(versions.snapshot_before, deliveries.snapshot_before) is not null

),

-- the break that came into force between the two states, if one is on record
explained as (

    select
        changes.*,
        (
            select min(breaks.kind)
            from breaks
            where
                starts_with(changes.dataset_id, breaks.statistic_prefix)
                and starts_with(changes.area_code, coalesce(breaks.area_prefix, ''))
                and breaks.effective_date > cast(changes.known_before as date)
                and breaks.effective_date <= cast(changes.known_after as date)
                -- a new definition changes the figures from its day on; a revision, those of all days
                and (breaks.kind = 'revision' or breaks.effective_date <= changes.reference_date)
        ) as break_kind,
        exists (
            select 1
            from areas
            where
                areas.area_code = changes.area_code
                and (
                    (areas.valid_from > cast(changes.known_before as date) and areas.valid_from <= cast(changes.known_after as date))
                    or (areas.valid_to > cast(changes.known_before as date) and areas.valid_to <= cast(changes.known_after as date))
                )
        ) as territory_changed
    from changes

)

select
    {{ surrogate_key(['fact', 'dataset_id', 'area_code', 'period_key', 'measure_code', 'cell', 'known_after']) }}
        as revision_key,
    fact,
    dataset_id,
    area_code,
    period_key,
    reference_date,
    measure_code,
    cell,
    value_before,
    value_after,
    value_after - value_before as difference,
    (value_after - value_before) / nullif(abs(value_before), 0) as difference_share,
    coalesce(reason_before, 'not_delivered') as reason_before,
    reason_after,
    snapshot_before,
    snapshot_after,
    known_before,
    known_after,
    last_date_before,
    case
        when correction_id is not null then 'correction'
        when is_new then 'new_period'
        when reason_before in ('not_yet_available', 'not_delivered') and value_after is not null then 'late_report'
        when 'area_not_existing' in (reason_before, reason_after) or territory_changed then 'territory'
        when rounding_before is distinct from rounding_after then 'rounding'
        when break_kind is not null then break_kind
        else 'unexplained'
    end as cause
from explained
