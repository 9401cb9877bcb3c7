{#-
  What stands between two days of a series of a table and an area (null: of all): breaks on record, and new boundaries of
  the area. `dataset_scope` begins the names of the tables concerned, `area_scope` the codes of the areas; null is all. A
  revision is no break between days but between two states of a table; those stand in fct_revision.
-#}
{{ config(parameters=['dataset', 'area', 'first_day', 'last_day']) }}
select effective_date, kind, what_de, what_en, source, statistic_prefix as dataset_scope, area_prefix as area_scope
from {{ built('dim_break') }}
where
    (cast(dataset as varchar) is null or starts_with(cast(dataset as varchar), statistic_prefix))
    and (cast(area as varchar) is null or starts_with(cast(area as varchar), coalesce(area_prefix, '')))
    and kind <> 'revision'
    and effective_date > first_day
    and effective_date <= last_day

union all

select
    valid_from,
    'territory',
    'Neuer Gebietsstand von ' || area_name || coalesce(', hervorgegangen aus ' || predecessor_codes, ''),
    'New boundaries of ' || area_name || coalesce(', made of ' || predecessor_codes, ''),
    legal_basis,
    null,
    area_code
from {{ built('dim_area') }} as founded
where
    (cast(area as varchar) is null or area_code = area)
    and valid_from > first_day
    and valid_from <= last_day
    -- the first state that a register knows is no change
    and (
        predecessor_codes is not null
        or exists (
            select 1 from {{ built('dim_area') }} as earlier
            where earlier.area_code = founded.area_code and earlier.valid_from < founded.valid_from
        )
    )

union all

-- an area that kept its code and gained or lost something within the year: known by its year-end
select
    make_date(ways.to_year, 12, 31),
    'territory',
    'Gebietsänderung von ' || any_value(areas.area_name) || ' im Jahr ' || ways.to_year || ', gebildet aus '
    || string_agg(distinct ways.from_code, ', ' order by ways.from_code),
    'Boundaries of ' || any_value(areas.area_name) || ' changed in ' || ways.to_year || ', made of '
    || string_agg(distinct ways.from_code, ', ' order by ways.from_code),
    null,
    null,
    ways.to_code
from {{ built('bridge_area_crosswalk') }} as ways
inner join {{ built('dim_area') }} as areas
    on ways.to_code = areas.area_code
    and areas.valid_from < make_date(ways.to_year, 1, 1)
    and areas.valid_to > make_date(ways.to_year, 12, 31)
where
    ways.to_year = ways.from_year + 1
    and (cast(area as varchar) is null or ways.to_code = area)
    and make_date(ways.to_year, 12, 31) > first_day
    and make_date(ways.to_year, 12, 31) <= last_day
group by ways.to_year, ways.to_code
order by effective_date
