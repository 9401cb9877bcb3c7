{#- The table prints no totals; they are summed up from its parts. -#}
with staged as (

    {{ stage_cells('destatis', '12411-0018', ['age_group', 'sex']) }}

)

{{ with_totals('staged', ['age_group', 'sex']) }}
