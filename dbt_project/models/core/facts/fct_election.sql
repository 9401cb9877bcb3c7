{{ versioned_fact('election', ['party'], [
    {'model': 'stg_regionalstatistik__14111_01_02_4'},
    {'model': 'stg_bundeswahlleiterin__btw2017_kreise', 'has': []},
    {'model': 'stg_bundeswahlleiterin__btw2025_kreise', 'has': []},
]) }}
