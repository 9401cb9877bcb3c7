{#-
  The records of the newest accepted delivery of a register or list, whose every delivery is the whole: CTEs `newest` and
  `records`, with `snapshot_id` beside the columns that landing has.
-#}
{% macro newest_records(publisher, dataset_id) -%}
newest as (

    select snapshot_id
    from {{ source('catalog', 'ledger') }}
    where dataset_id = '{{ dataset_id }}' and status = 'accepted'
    order by coalesce(published_at, retrieved_at) desc, snapshot_id desc
    limit 1

),

records as (

    select landed.*, newest.snapshot_id
    from {{ source(publisher, dataset_id) }} as landed
    inner join newest on landed.snapshot = newest.snapshot_id

)
{%- endmacro %}

{#-
  Level and Regionalschlüssel of a line of the Gemeindeverzeichnis (`satzart` 10 to 60, the key in parts); lines of other
  kinds have no level.
-#}
{% macro register_area() -%}
case satzart
        when '10' then 'LAND'
        when '20' then 'REGBEZ'
        when '40' then 'KREIS'
        when '50' then 'GEMEINDEVERBAND'
        when '60' then 'GEMEINDE'
    end as area_level,
    land
    || case when satzart >= '20' then rb else '' end
    || case when satzart >= '40' then kreis else '' end
    || case when satzart >= '50' then vb else '' end
    || case when satzart >= '60' then gem else '' end as area_code
{%- endmacro %}
