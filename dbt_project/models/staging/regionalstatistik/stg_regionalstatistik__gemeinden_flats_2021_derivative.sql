{#- Codes are filled with zeros to eight digits there: those of Land and Kreis are cut to theirs. -#}
{{ stage_columns('regionalstatistik', 'gemeinden-flats-2021-derivative', ['building_size', 'dwelling_size'], [
    {'column': 'residential_buildings_total', 'at': 2, 'measure': 'residential_buildings', 'unit': 'Anzahl'},
    {'column': 'buildings_1flat', 'at': 3, 'measure': 'residential_buildings', 'unit': 'Anzahl',
     'codes': {'building_size': 'DWELLINGS_1'}},
    {'column': 'buildings_2flats', 'at': 4, 'measure': 'residential_buildings', 'unit': 'Anzahl',
     'codes': {'building_size': 'DWELLINGS_2'}},
    {'column': 'buildings_3flats', 'at': 5, 'measure': 'residential_buildings', 'unit': 'Anzahl',
     'codes': {'building_size': 'DWELLINGS_GE3'}},
    {'column': 'buildings_dorms', 'at': 6, 'measure': 'residential_buildings', 'unit': 'Anzahl',
     'codes': {'building_size': 'DORMITORY'}},
    {'column': 'residential_buildings_area_total', 'at': 7, 'measure': 'living_space_tsqm', 'unit': '1000 qm'},
], area=area_of_filled_code('records.ags'), name='cast(null as varchar)', time='cast(null as varchar)') }}
