{{ versioned_fact('structure_figure', [], [
    {'model': 'stg_bundeswahlleiterin__ew24_strukturdaten'},
]) }}
