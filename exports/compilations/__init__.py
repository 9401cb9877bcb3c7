"""Compilations: editions that are put together from the released editions of several products.

A compilation holds no number of its own. It is written from released files after they were compared with
their receipts, read back and compared with them row by row, and then published like a product: with a receipt
of its own that names the editions it is from, immutable, switched in one step.

star        tables with integer keys for Power BI and the like
star_check  reads them back
(the atlas  has a room of its own, exports/atlas)
compiling   writes, checks and publishes
"""

from exports.compilations.compiling import (
    Compilation,
    NotCompiled,
    compile_atlas,
    compile_edition,
    load_compilation,
)

__all__ = ["Compilation", "NotCompiled", "compile_atlas", "compile_edition", "load_compilation"]
