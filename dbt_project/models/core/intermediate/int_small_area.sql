with lor as (

    select * from {{ ref('stg_berlin__lor_areas') }}

),

lor_crosswalk as (

    select * from {{ ref('stg_berlin__lor_crosswalk_2006_2021') }}

),

town_areas as (

    select * from {{ ref('stg_kommune__gebietsgliederung') }}

),

town_districts as (

    select * from {{ ref('stg_kommune__gebietszuordnung') }}

),

lor_changes as (

    select
        from_code,
        arg_max(to_code, weight_area) as successor_code,
        case
            when count(*) > 1 then 'split'
            when any_value(origins) > 1 then 'merge'
            else 'recode'
        end as change_kind
    from (select *, count(*) over (partition by to_code) as origins from lor_crosswalk) as counted
    group by from_code

),

lor_predecessors as (

    select to_code, string_agg(from_code, ', ' order by from_code) as predecessor_codes
    from lor_crosswalk
    group by to_code

),

town_successors as (

    select
        regexp_extract(former, '[0-9A-Za-z]+') as former_code,
        valid_from,
        count(*) as successors,
        arg_max(area_code, coalesce(try_cast(regexp_extract(former, '[(]([0-9.]+)[)]', 1) as double), 1)) as successor_code
    from (select area_code, valid_from, unnest(string_split(former_codes, ',')) as former from town_areas) as parts
    group by all

)

select
    lor.area_code,
    lor.area_name,
    lor.area_level,
    lor.valid_from,
    lor.valid_to,
    lor_changes.successor_code,
    case
        when lor.edition = 'LOR_2006' then coalesce(lor_changes.change_kind, 'dissolved')
        else 'created'
    end as change_kind,
    'Lebensweltlich orientierte Räume, Ausgabe ' || right(lor.edition, 4) as legal_basis,
    case
        when length(lor.area_code) > 4 then left(lor.area_code, length(lor.area_code) - 2)
        else lor.bezirk_code
    end as parent_area_code,
    lor_predecessors.predecessor_codes
from lor
left join lor_changes on lor.area_code = lor_changes.from_code and lor.edition = 'LOR_2006'
left join lor_predecessors on lor.area_code = lor_predecessors.to_code and lor.edition = 'LOR_2021'

union all

select
    town_areas.area_code,
    town_areas.area_name,
    town_areas.area_level,
    town_areas.valid_from,
    town_areas.valid_to,
    town_successors.successor_code,
    case
        when town_successors.successor_code is not null then case when town_successors.successors > 1 then 'split' else 'merge' end
        when town_areas.former_codes is not null then 'created'
    end,
    'Gebietsgliederung der Kommune',
    coalesce(town_areas.parent_area_code, left(town_areas.area_code, 5)),
    regexp_replace(town_areas.former_codes, '[(][^)]*[)]', '', 'g')
from town_areas
left join town_successors
    on town_areas.area_code = town_successors.former_code
    and town_areas.valid_to = town_successors.valid_from

union all

select
    parent_area_code,
    any_value(parent_area_name),
    hierarchy,
    min(valid_from),
    max(valid_to),
    null,
    null,
    'Zuordnung der Kommune',
    left(parent_area_code, 5),
    null
from town_districts
group by hierarchy, parent_area_code
