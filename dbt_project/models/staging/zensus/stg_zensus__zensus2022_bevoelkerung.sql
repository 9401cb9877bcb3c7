{{ stage_cells('zensus', 'zensus2022-bevoelkerung', ['region_level']) }}
