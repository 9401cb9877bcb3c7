"""Parts of outlines in other outlines: the ground for a key between two divisions of a town.

Catchments are given in a metric system, areas in any; square metres are those of the catchments' system. An
overlap that is less than 0.5 % of both is two drawings of one border, and left out.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dbt_project.locating.points import Relation, table_of, whole
from sources.areas.overlay import SLIVER
from sources.foundation.spatial import open_spatial

PARTS = pa.schema(
    [
        ("catchment_code", pa.string()),
        ("area_level", pa.string()),
        ("area_code", pa.string()),
        ("valid_on", pa.date32()),
        ("part_m2", pa.float64()),
        ("catchment_m2", pa.float64()),
        ("area_m2", pa.float64()),
    ]
)


def parts(catchments: Relation, outlines: Relation) -> pa.Table:
    """The overlaps of catchments and areas, a row per pair (`PARTS`), to the square metre.

    Args:
        catchments: catchment_code, geometry (WKB), crs, which is metric.
        outlines: area_level, area_code, valid_on, geometry (WKB), crs.
    """
    drawn = table_of(catchments)
    if not drawn.num_rows:
        return PARTS.empty_table()
    with open_spatial() as engine:
        engine.register("drawn", drawn)
        engine.register("areas", table_of(outlines))
        found: Any = engine.execute(
            """
            with catchment as (
                select catchment_code, crs, st_makevalid(st_geomfromwkb(geometry)) as outline from drawn
            ),
            ground as (
                select crs, min(st_xmin(outline)) as x0, max(st_xmax(outline)) as x1,
                    min(st_ymin(outline)) as y0, max(st_ymax(outline)) as y1
                from catchment group by crs
            ),
            area as (
                select areas.area_level, areas.area_code, areas.valid_on, ground.crs,
                    st_makevalid(case when areas.crs = ground.crs then st_geomfromwkb(areas.geometry)
                        else st_transform(st_geomfromwkb(areas.geometry), areas.crs, ground.crs,
                            always_xy := true) end) as outline
                from areas cross join ground
            ),
            cut as (
                select catchment.catchment_code, area.area_level, area.area_code, area.valid_on,
                    st_area(st_intersection(catchment.outline, area.outline)) as part_m2,
                    st_area(catchment.outline) as catchment_m2, st_area(area.outline) as area_m2
                from catchment
                inner join area
                    on catchment.crs = area.crs and st_intersects(catchment.outline, area.outline)
            )
            select catchment_code, area_level, area_code, valid_on, round(part_m2) as part_m2,
                round(catchment_m2) as catchment_m2, round(area_m2) as area_m2
            from cut
            where part_m2 >= $sliver * catchment_m2 or part_m2 >= $sliver * area_m2
            order by all
            """,
            {"sliver": SLIVER},
        )
        return whole(found.arrow()).cast(PARTS)
