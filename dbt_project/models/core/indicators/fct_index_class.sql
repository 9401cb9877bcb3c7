{#- Classes that the publisher of an index prints itself, by the label of the edition's classes. -#}
with published as (

    select * from {{ ref('stg_berlin__mss_klassen') }}

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

classes as (

    select * from {{ ref('dim_index_class') }}

),

labelled as (

    select edition_year, area_code, 'X02' as index_id, status_label as label_de, source_line, snapshot_id, known_from
    from published

    union all

    select edition_year, area_code, 'X03', dynamics_label, source_line, snapshot_id, known_from
    from published

),

newest as (

    select
        *,
        row_number() over (partition by edition_year, area_code, index_id order by known_from desc, snapshot_id desc) = 1
            as is_newest
    from labelled
    where label_de is not null

)

select
    editions.edition_id,
    newest.index_id,
    newest.area_code,
    newest.edition_year as reference_year,
    classes.class_code,
    newest.label_de as printed_label,
    newest.snapshot_id,
    newest.source_line
from newest
inner join editions
    on newest.index_id = editions.index_id
    and editions.input = 'small_area_share'
    and newest.edition_year = editions.only_year
left join classes on editions.edition_id = classes.edition_id and newest.label_de = classes.label_de
where newest.is_newest
