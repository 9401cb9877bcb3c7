{#-
  Who took over the territory of an area that ended: one area, or each of the parts of a divided one. How much of it went
  where is in `bridge_area_crosswalk`.
-#}
with areas as (

    select * from {{ ref('dim_area') }}

),

history as (

    select * from {{ source('catalog', 'area_history') }}

),

lor_crosswalk as (

    select * from {{ ref('stg_berlin__lor_crosswalk_2006_2021') }}

),

town_areas as (

    select * from {{ ref('stg_kommune__gebietsgliederung') }}

),

parts as (

    select area_code, valid_to as ended_on, unnest(string_split(further_successor_codes, ' ')) as successor_code
    from history

    union all

    select from_code, date '2021-01-01', to_code from lor_crosswalk

    union all

    select regexp_extract(former, '[0-9A-Za-z]+'), valid_from, area_code
    from (select area_code, valid_from, unnest(string_split(former_codes, ',')) as former from town_areas) as formers

)

select area_key, area_code, valid_to as ended_on, successor_code, change_kind
from areas
where successor_code is not null

union

select areas.area_key, areas.area_code, areas.valid_to, parts.successor_code, areas.change_kind
from areas
inner join parts on areas.area_code = parts.area_code and areas.valid_to = parts.ended_on
