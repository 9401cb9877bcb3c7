{#-
  What stands between two days of a series of a table and an area (null: of all): breaks on record, seams between
  deliveries, and new boundaries of the area. `dataset_scope` begins the names of the tables concerned, `area_scope` the
  codes of the areas; null is all. A revision is no break between days but between two states of a table; those stand in
  fct_revision. What concerns one indicator only, a new edition of its definition, is left out.
-#}
{{ config(parameters=['dataset', 'area', 'first_day', 'last_day']) }}
select
    effective_date,
    kind,
    what_de,
    what_en,
    source,
    statistic_prefix as dataset_scope,
    coalesce(area_code, area_prefix) as area_scope
from {{ built('dim_break') }}
where
    kind <> 'revision'
    and indicator_id is null
    and (
        statistic_prefix is null  -- new boundaries are of an area, whatever the table
        or cast(dataset as varchar) is null
        or starts_with(cast(dataset as varchar), statistic_prefix)
    )
    and (area_code is null or cast(area as varchar) is null or area_code = cast(area as varchar))
    and (area_prefix is null or cast(area as varchar) is null or starts_with(cast(area as varchar), area_prefix))
    and effective_date > first_day
    and effective_date <= last_day
order by effective_date
