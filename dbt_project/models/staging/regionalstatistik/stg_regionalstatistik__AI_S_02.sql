{{ stage_cells('regionalstatistik', 'AI-S-02', []) }}
