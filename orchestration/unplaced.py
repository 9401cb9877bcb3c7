"""What of the deliveries is no figure because nothing that has landed names its area, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

UNPLACED = "fct_unplaced"
_TOLD = 5  # areas named of a delivery; the table has all


def unplaced(warehouse: duckdb.DuckDBPyConnection) -> list[str]:
    """A line per delivery with rows under such areas: which areas, where they stand, what to do.

    Nothing is told of a warehouse that was built before it had the table.
    """
    if not warehouse.execute("from duckdb_tables() where table_name = ?", [UNPLACED]).fetchone():
        return []
    found = warehouse.execute(
        f"""select dataset_id, file_name, count(*), sum(cells), list(
                area_code || coalesce(' ' || area_name, '') || ' (line ' || source_line || ')'
                order by source_line, area_code
            )[:{_TOLD}]
        from {UNPLACED} inner join dim_snapshot using (dataset_id, snapshot_id)
        group by dataset_id, file_name, snapshot_id
        order by dataset_id, file_name, snapshot_id"""
    ).fetchall()
    return [
        f"{dataset}: {file}: nothing names {count} of its areas, so no figure is made of {cells} "
        f"{'cell' if cells == 1 else 'cells'}: {', '.join(named)}"
        f"{f' and {count - len(named)} more ({UNPLACED} has all)' if count > len(named) else ''}. "
        "Correct the code, or deliver what names the area: the register (gv-isys), or tables of the "
        "Regionaldatenbank by Kreis (their numbers end with -4)"
        for dataset, file, count, cells, named in found
    ]
