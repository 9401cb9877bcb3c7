{#-
  The one register of breaks: those on record in the catalogue, new editions of an indicator's definition, new boundaries,
  and seams between two deliveries of a table.

  Seams. A delivery is calculated at one time, with the methods and revisions of that time, and rarely holds all periods.
  Where a series goes over from one delivery to another, its figures compare only when a period that both print has the same
  figures in both. Which delivery a period of an area comes from, and whether a common period is equal, is read from the cells:
  a version that several deliveries print alike runs from `snapshot_id` to `last_snapshot_id`.
-#}
with recorded as (

    select * from {{ source('catalog', 'breaks') }}

),

editions as (

    select * from {{ ref('indicator_edition') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

crosswalk as (

    select * from {{ ref('bridge_area_crosswalk') }}

),

datasets as (

    select * from {{ ref('dim_dataset') }}

),

deliveries as (

    select
        dataset_id,
        snapshot_id,
        coalesce(published_at, retrieved_at) as known_from,
        row_number() over (
            partition by dataset_id order by coalesce(published_at, retrieved_at), snapshot_id
        ) as delivery_no
    from {{ ref('dim_snapshot') }}
    where status = 'accepted'

),

delivered_often as (

    select dataset_id from deliveries
    group by dataset_id
    having count(*) > 1

),

printed as (
    {%- for fact in indicator_facts() %}

    select dataset_id, area_code, reference_date, snapshot_id, last_snapshot_id, known_to, value is not null as has_value
    from {{ ref(fact.model) }}
    where dataset_id in (select dataset_id from delivered_often)
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

cells as (

    select
        printed.dataset_id,
        printed.area_code,
        printed.reference_date,
        printed.known_to,
        printed.has_value,
        first_one.delivery_no as first_no,
        last_one.delivery_no as last_no
    from printed
    inner join deliveries as first_one
        on printed.dataset_id = first_one.dataset_id and printed.snapshot_id = first_one.snapshot_id
    inner join deliveries as last_one
        on printed.dataset_id = last_one.dataset_id and printed.last_snapshot_id = last_one.snapshot_id

),

-- the newest delivery that prints a period of an area
periods as (

    select dataset_id, area_code, reference_date, max(last_no) as delivery_no
    from cells
    where known_to is null and has_value
    group by dataset_id, area_code, reference_date

),

followed as (

    select
        *,
        lag(delivery_no) over (partition by dataset_id, area_code order by reference_date) as delivery_before
    from periods

),

seams as (

    select
        dataset_id,
        area_code,
        reference_date,
        delivery_before,
        delivery_no,
        least(delivery_before, delivery_no) as older_no,
        greatest(delivery_before, delivery_no) as newer_no
    from followed
    where delivery_before <> delivery_no

),

-- periods that both deliveries print with figures, all of them alike
common_periods as (

    select
        seams.dataset_id,
        seams.area_code,
        seams.reference_date as seam_date,
        cells.reference_date
    from seams
    inner join deliveries as newer
        on seams.dataset_id = newer.dataset_id and seams.newer_no = newer.delivery_no
    inner join cells
        on seams.dataset_id = cells.dataset_id
        and seams.area_code = cells.area_code
        and cells.first_no <= seams.older_no
    group by seams.dataset_id, seams.area_code, seams.reference_date, cells.reference_date
    having
        bool_or(cells.has_value and cells.last_no >= seams.newer_no)
        and not bool_or(coalesce(cells.known_to <= newer.known_from, false))

),

proven as (

    select distinct dataset_id, area_code, seam_date from common_periods

),

judged as (

    select
        seams.*,
        proven.area_code is not null as is_equal,
        -- one row for all areas unless some are proven to go on
        bool_or(proven.area_code is not null) over (
            partition by seams.dataset_id, seams.reference_date, seams.delivery_before, seams.delivery_no
        ) as is_equal_somewhere
    from seams
    left join proven
        on seams.dataset_id = proven.dataset_id
        and seams.area_code = proven.area_code
        and seams.reference_date = proven.seam_date

),

unproven as (

    select distinct
        dataset_id,
        case when is_equal_somewhere then area_code end as area_code,
        reference_date,
        delivery_before,
        delivery_no
    from judged
    where not is_equal

),

between_deliveries as (

    select
        unproven.dataset_id || '-delivery-' || unproven.reference_date || '-' || unproven.delivery_before as break_id,
        unproven.dataset_id as statistic_prefix,
        unproven.area_code,
        unproven.reference_date as effective_date,
        coalesce(datasets.table_code, unproven.dataset_id) as table_code,
        strftime(earlier.known_from, '%d.%m.%Y') as stated_before,
        strftime(later.known_from, '%d.%m.%Y') as stated_after
    from unproven
    inner join datasets on unproven.dataset_id = datasets.dataset_id
    inner join deliveries as earlier
        on unproven.dataset_id = earlier.dataset_id and unproven.delivery_before = earlier.delivery_no
    inner join deliveries as later
        on unproven.dataset_id = later.dataset_id and unproven.delivery_no = later.delivery_no

),

founded as (

    select
        areas.area_code,
        areas.valid_from,
        areas.area_name,
        areas.predecessor_codes,
        areas.legal_basis
    from areas
    where
        -- the first state that a register knows is no change
        areas.predecessor_codes is not null
        or exists (
            select 1 from areas as earlier
            where earlier.area_code = areas.area_code and earlier.valid_from < areas.valid_from
        )

),

-- an area that kept its code and gained or lost something within the year: known by its year-end
reshaped as (

    select
        crosswalk.to_code as area_code,
        crosswalk.to_year,
        any_value(areas.area_name) as area_name,
        string_agg(distinct crosswalk.from_code, ', ' order by crosswalk.from_code) as from_codes
    from crosswalk
    inner join areas
        on crosswalk.to_code = areas.area_code
        and areas.valid_from < make_date(crosswalk.to_year, 1, 1)
        and areas.valid_to > make_date(crosswalk.to_year, 12, 31)
    where crosswalk.to_year = crosswalk.from_year + 1
    group by crosswalk.to_code, crosswalk.to_year

),

every_break as (

    select
        break_id, cast(null as varchar) as indicator_id, statistic_prefix, area_prefix, cast(null as varchar) as area_code,
        effective_date, kind, what_de, what_en, source
    from recorded

    union all

    select
        indicator_id || '-' || edition_id, indicator_id, null, null, null, valid_from, 'definition',
        'Neue Definition: ' || note_de, 'New definition: ' || note_en, null
    from editions
    where valid_from > date '1900-01-01'

    union all

    select
        break_id, null, statistic_prefix, null, area_code, effective_date, 'delivery',
        'Tabelle ' || table_code || ': davor Lieferung vom ' || stated_before || ', ab hier Lieferung vom ' || stated_after
        || ', und kein gemeinsamer Zeitraum belegt, dass beide gleich gerechnet sind',
        'Table ' || table_code || ': delivery of ' || stated_before || ' before, delivery of ' || stated_after
        || ' from here on, and no period printed in both proves that they are calculated alike',
        'dim_snapshot'
    from between_deliveries

    union all

    select
        area_code || '-' || valid_from, null, null, null, area_code, valid_from, 'territory',
        'Neuer Gebietsstand von ' || area_name || coalesce(', hervorgegangen aus ' || nullif(predecessor_codes, area_code), ''),
        'New boundaries of ' || area_name || coalesce(', made of ' || nullif(predecessor_codes, area_code), ''),
        legal_basis
    from founded

    union all

    select
        area_code || '-' || to_year, null, null, null, area_code, make_date(to_year, 12, 31), 'territory',
        'Gebietsänderung von ' || area_name || ' im Jahr ' || to_year
            || coalesce(', gebildet aus ' || nullif(from_codes, area_code), ''),
        'Boundaries of ' || area_name || ' changed in ' || to_year || coalesce(', made of ' || nullif(from_codes, area_code), ''),
        null
    from reshaped

)

select
    break_id,
    indicator_id,
    statistic_prefix,
    area_prefix,
    area_code,
    effective_date,
    kind,
    what_de,
    what_en,
    source
from every_break
