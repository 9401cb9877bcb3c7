{#-
  What the newest statistics say of a step, by area: how many people go there of those who could, and what there is. Children in
  day care and people in need of care count where they live, pupils and places where school and home are.
-#}
with indicators as (

    select * from {{ ref('fct_indicator') }}
    where value is not null and denominator > 0

),

areas as (

    select * from {{ ref('dim_area') }}

),

in_day_care as (

    select
        case indicator_id when 'K01' then 'Y_LT3' when 'K02' then 'Y3T5' end as need_step_code,
        area_code,
        area_level,
        reference_date,
        numerator,
        denominator,
        numerator_dataset
    from indicators
    where indicator_id in ('K01', 'K02')

),

in_day_care_of_all_ages as (

    select * from in_day_care

    union all

    select
        'Y_LT6',
        area_code,
        area_level,
        reference_date,
        sum(numerator),
        sum(denominator),
        min(numerator_dataset)
    from in_day_care
    group by area_code, area_level, reference_date
    having count(*) = 2

),

pupils as (

    select
        pupils.*,
        areas.area_level
    from {{ ref('fct_school_enrolment') }} as pupils
    inner join areas on pupils.area_key = areas.area_key
    where
        pupils.is_preferred
        and pupils.measure_code = 'pupils'
        and pupils.sex_code = '_T'
        and pupils.nationality_code = '_T'
        and pupils.grade_code = 'G7'
        and pupils.value is not null

),

all_pupils as (

    select * from pupils
    where school_type_code = '_T' and value > 0

),

leavers as (

    select
        leavers.*,
        areas.area_level
    from {{ ref('fct_school_leaver') }} as leavers
    inner join areas on leavers.area_key = areas.area_key
    where
        leavers.is_preferred
        and leavers.measure_code = 'leavers'
        and leavers.sex_code = '_T'
        and leavers.qualification_code in ('WITHOUT_HSA', 'HSA', 'MSA', 'FHR', 'AHR')
        and leavers.value is not null

),

young_people as (

    select population.*
    from {{ ref('fct_population') }} as population
    where
        population.is_preferred
        and population.measure_code = 'persons'
        and population.sex_code = '_T'
        and population.nationality_code = '_T'
        and population.age_group_code = 'Y15T17'
        and population.value > 0

),

homes as (

    select * from indicators
    where indicator_id = 'H02'

),

recipients as (

    select
        recipients.*,
        case recipients.care_type_code
            when '_T' then 'CARE'
            when 'OUTPATIENT' then 'CARE_OUTPATIENT'
            when 'ALLOWANCE' then 'CARE_ALLOWANCE'
            when 'HOME_PERMANENT' then 'CARE_HOME'
            when 'HOME_SHORT' then 'CARE_SHORT'
            when 'DAY_CARE' then 'CARE_DAY'
        end as need_step_code
    from {{ ref('fct_care_recipient') }} as recipients
    where
        recipients.is_preferred
        and recipients.sex_code = '_T'
        and recipients.measure_code = 'persons'
        and recipients.care_type_until_2007_code = '_T'
        and recipients.value is not null

),

said as (

    select
        'childcare' as need_id,
        need_step_code,
        '_T' as branch_code,
        need_step_code as age_group_code,
        area_code,
        area_level,
        reference_date,
        numerator / denominator as rate,
        'CHILDREN' as stock_kind,
        numerator as stock_count,
        reference_date as stock_date,
        numerator_dataset as dataset_id,
        numerator_dataset as stock_dataset_id,
        cast(null as varchar) as note
    from in_day_care_of_all_ages

    union all

    select
        'school',
        'CLASS_5',
        pupils.school_type_code,
        '_T',
        pupils.area_code,
        pupils.area_level,
        pupils.reference_date,
        pupils.value / all_pupils.value,
        'PUPILS',
        pupils.value,
        pupils.reference_date,
        pupils.dataset_id,
        pupils.dataset_id,
        null
    from pupils
    inner join all_pupils
        on pupils.area_key = all_pupils.area_key
        and pupils.reference_date = all_pupils.reference_date
        and pupils.dataset_id = all_pupils.dataset_id
    where pupils.school_type_code <> '_T' and pupils.value > 0

    union all

    select
        'school',
        'LEAVING',
        leavers.qualification_code,
        '_T',
        leavers.area_code,
        leavers.area_level,
        leavers.reference_date,
        leavers.value / young_people.value,
        'LEAVERS',
        leavers.value,
        leavers.reference_date,
        leavers.dataset_id,
        leavers.dataset_id,
        null
    from leavers
    inner join young_people
        on leavers.area_key = young_people.area_key
        and year(leavers.reference_date) = year(young_people.reference_date)
        and month(young_people.reference_date) = 12

    union all

    select
        'care',
        recipients.need_step_code,
        '_T',
        'Y_GE65',
        homes.area_code,
        homes.area_level,
        homes.reference_date,
        recipients.value / homes.denominator,
        case when recipients.need_step_code = 'CARE_HOME' then 'HOME_PLACES' else 'RECIPIENTS' end,
        case when recipients.need_step_code = 'CARE_HOME' then homes.numerator else recipients.value end,
        homes.reference_date,
        recipients.dataset_id,
        case when recipients.need_step_code = 'CARE_HOME' then homes.numerator_dataset else recipients.dataset_id end,
        case
            when homes.reference_date < date '2017-01-01'
                then 'vor dem Begriff der Pflegebedürftigkeit von 2017: seither gelten mehr Menschen als pflegebedürftig'
        end
    from homes
    inner join recipients
        on homes.area_key = recipients.area_key
        and homes.reference_date = recipients.reference_date
    where recipients.need_step_code is not null

)

-- one edition of all branches together, so that shares of types of school stay those of one year
select *
from said
qualify reference_date = max(reference_date) over (partition by need_id, need_step_code, age_group_code, area_level, area_code)
