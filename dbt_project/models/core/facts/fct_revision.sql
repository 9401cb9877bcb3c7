with versions as (

    {{ revisions('population', ['sex', 'age_group', 'nationality']) }}

    union all

    {{ revisions('school_enrolment', ['school_type', 'sex', 'nationality', 'grade']) }}

    union all

    {{ revisions('school_leaver', ['qualification', 'sex']) }}

    union all

    {{ revisions('benefit_receipt', ['benefit', 'sex', 'nationality', 'age_group', 'setting']) }}

    union all

    {{ revisions('childcare', ['childcare_type', 'age_group']) }}

    union all

    {{ revisions('youth_facility', ['facility_branch', 'facility_type']) }}

    union all

    {{ revisions('unemployment', ['sex', 'nationality', 'age_group', 'unemployed_group']) }}

    union all

    {{ revisions('income', []) }}

    union all

    {{ revisions('area_size', []) }}

),

breaks as (

    select * from {{ ref('dim_break') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

changes as (

    select * from versions where snapshot_before is not null

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
    reason_before,
    reason_after,
    snapshot_before,
    snapshot_after,
    known_before,
    known_after,
    case
        when correction_id is not null then 'correction'
        when reason_before in ('not_yet_available', 'not_delivered') and value_after is not null then 'late_report'
        when 'area_not_existing' in (reason_before, reason_after) or territory_changed then 'territory'
        when rounding_before is distinct from rounding_after then 'rounding'
        when break_kind is not null then break_kind
        else 'unexplained'
    end as cause
from explained
