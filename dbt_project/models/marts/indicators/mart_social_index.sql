{#-
  The class that the publisher prints wins where there is one. Beside it stands the class that follows from the score
  computed here; where both differ, the row is an estimate (obs_status E).
-#}
with editions as (

    select * from {{ ref('dim_index_edition') }}

),

components as (

    select * from {{ ref('dim_index_component') }}

),

classes as (

    select * from {{ ref('dim_index_class') }}

),

areas as (

    select * from {{ ref('dim_area') }}
    where is_latest

),

small_areas as (

    select area_code, edition_year as year, any_value(area_name) as area_name
    from {{ ref('fct_small_area_share') }}
    group by area_code, edition_year

),

computed as (

    select * from {{ ref('fct_indicator') }}

),

published as (

    select * from {{ ref('fct_index_class') }}

),

z_values as (

    select
        edition_id,
        index_id,
        area_code,
        reference_year as year,
        component,
        weight,
        z
    from {{ ref('fct_index_component') }}

),

scores_of_all_years as (

    {{ index_score('editions', 'components', 'z_values') }}

),

-- a year for which no area has all components is a year the edition is not computed for
scores as (

    select scores_of_all_years.*
    from scores_of_all_years
    inner join (
        select distinct edition_id, year from scores_of_all_years where components_found = components_needed
    ) as complete
        on scores_of_all_years.edition_id = complete.edition_id and scores_of_all_years.year = complete.year

),

computed_classes as (

    {{ index_class('scores', 'classes') }}

),

classed as (

    select
        computed_classes.* exclude (class_code, class_label_de, class_label_en),
        computed_classes.class_code as computed_class,
        coalesce(published.class_code, computed_classes.class_code) as class_code,
        case when published.class_code is null then computed_classes.class_label_de else named.label_de end as class_label_de,
        case when published.class_code is null then computed_classes.class_label_en else named.label_en end as class_label_en,
        case
            when published.class_code is not null then 'publisher'
            when computed_classes.class_code is not null then 'computed'
        end as class_origin
    from computed_classes
    left join published
        on computed_classes.edition_id = published.edition_id
        and computed_classes.area_code = published.area_code
        and computed_classes.year = published.reference_year
    left join classes as named
        on published.edition_id = named.edition_id and published.class_code = named.class_code

),

-- status and dynamics of an edition together: twelve classes such as 2+
overall as (

    select
        replace(status.edition_id, 'X02', 'X04') as edition_id,
        'X04' as index_id,
        status.area_code,
        status.year,
        status.components_found + dynamics.components_found as components_found,
        status.components_needed + dynamics.components_needed as components_needed,
        cast(null as double) as score,
        status.class_code || dynamics.class_code as class_code,
        status.computed_class || dynamics.computed_class as computed_class,
        case when status.class_code || dynamics.class_code is not null
            then least(status.class_origin, dynamics.class_origin)  -- computed before publisher
        end as class_origin,
        'Status ' || status.class_label_de || ', Dynamik ' || dynamics.class_label_de as class_label_de,
        'status ' || status.class_label_en || ', dynamics ' || dynamics.class_label_en as class_label_en,
        replace(editions.name_de, 'Statusindex', 'Gesamtindex') as name_de,
        replace(editions.name_en, 'status index', 'overall index') as name_en
    from classed as status
    inner join classed as dynamics
        on replace(status.edition_id, 'X02', 'X03') = dynamics.edition_id
        and status.area_code = dynamics.area_code
        and status.year = dynamics.year
    inner join editions on status.edition_id = editions.edition_id
    where status.index_id = 'X02'

),

-- Duncan and Duncan (1955): half the sum of the differences between the shares of both groups over the Kreise
residents as (

    select
        computed.area_code,
        parents.area_code as upper_code,
        cast(year(computed.reference_date) as integer) as year,
        computed.numerator as foreign_count,
        computed.denominator - computed.numerator as german_count
    from computed
    inner join areas on computed.area_code = areas.area_code
    inner join areas as parents on parents.area_code in ('DG', areas.land_code)
    where
        computed.indicator_id = 'I01'
        and computed.area_level = 'KREIS'
        and not computed.is_backcast
        and computed.value is not null

),

shares as (

    select
        upper_code,
        year,
        foreign_count / nullif(sum(foreign_count) over (partition by upper_code, year), 0) as foreign_share,
        german_count / nullif(sum(german_count) over (partition by upper_code, year), 0) as german_share
    from residents

),

segregation as (

    select
        'X06-kreise' as edition_id,
        'X06' as index_id,
        upper_code as area_code,
        year,
        count(*) as components_found,
        count(*) as components_needed,
        50 * sum(abs(foreign_share - german_share)) as score
    from shares
    group by upper_code, year
    having count(*) >= 3

),

all_scores as (

    select
        classed.edition_id, classed.index_id, classed.area_code, classed.year, classed.components_found,
        classed.components_needed, classed.score, classed.class_code, classed.class_label_de, classed.class_label_en,
        classed.computed_class, classed.class_origin, editions.name_de, editions.name_en
    from classed
    inner join editions on classed.edition_id = editions.edition_id

    union all

    select
        edition_id, index_id, area_code, year, components_found, components_needed, score, class_code, class_label_de,
        class_label_en, computed_class, class_origin, name_de, name_en
    from overall

    union all

    select
        edition_id, index_id, area_code, year, components_found, components_needed, score, null, null, null, null, null,
        'Segregation der Ausländer über die Kreise', 'Segregation of foreigners over the Kreise'
    from segregation

)

select
    all_scores.index_id,
    all_scores.edition_id,
    all_scores.name_de as edition_name_de,
    all_scores.name_en as edition_name_en,
    areas.area_key,
    all_scores.area_code,
    coalesce(areas.area_level, 'SMALL_AREA') as area_level,
    coalesce(areas.area_name, small_areas.area_name) as area_name,
    cast(all_scores.year as integer) as reference_year,
    {{ settled('all_scores.score') }} as score,
    all_scores.class_code as index_class,
    all_scores.class_label_de,
    all_scores.class_label_en,
    all_scores.class_origin,
    all_scores.computed_class,
    cast(all_scores.components_found as integer) as components_found,
    cast(all_scores.components_needed as integer) as components_needed,
    case
        when all_scores.score is null and all_scores.class_code is null then 'M'
        when all_scores.computed_class <> all_scores.class_code then 'E'
        else 'A'
    end as obs_status,
    case
        when all_scores.score is not null then 'none'
        when all_scores.index_id = 'X04' and all_scores.class_code is not null then 'not_meaningful'  -- a pair of classes
        else 'part_missing'
    end as missing_reason
from all_scores
left join areas on all_scores.area_code = areas.area_code
left join small_areas
    on all_scores.area_code = small_areas.area_code and all_scores.year = small_areas.year
