"""SDMX: observations as SDMX-CSV 2.0, and the structure that they obey as SDMX-ML 3.0 beside it.

Sources: SDMX 3.0 technical specifications, section 3A (SDMX-ML), and sdmx-csv 2.0 (field guide, `ACTION`).
The grain gives the dimensions, `value` the one measure (without it every figure, which not every reader
takes), every other column an attribute of the observation. Each edition has structures of its own version
(2026-11-30.1 is 2026.1130.1), made from the whole edition, so that every part of it obeys the same ones.

An observation comes with `R`: it replaces all that a receiver has of it. A figure that is not given is `NaN`.
Before them stand rows with `D` for what the edition before had and this one withdrew or does not have any
more, so that a receiver who had it deletes it. A dimension that the difference does not name is left empty
there, which means all its values.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exports.about import DIFFERENCE, About, Write, Written
from exports.describe import Description
from exports.notation import for_machines
from exports.rows import Field, Kind, Rows
from exports.statistics import columns
from sources.foundation.sql import quoted, text_literal

AGENCY = "PLANSTAT"
STRUCTURE = ".structure.xml"
"""What the structure's file is called by, after the name of the data's file."""

TYPES: dict[Kind, str] = {
    "text": "String",
    "integer": "Long",
    "number": "Double",
    "boolean": "Boolean",
    "date": "GregorianDay",
    "timestamp": "DateTime",
}

_ID = re.compile(r"[A-Za-z0-9_@$\-]+")
_MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
_STRUCTURE = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure"
_COMMON = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Component:
    """A column as a component of the structure; with `codes` (code -> German name) it has a code list."""

    id: str
    field: Field
    codes: Mapping[str, str] | None


@dataclass(frozen=True)
class Plan:
    """The structure of an edition's data."""

    id: str
    version: str
    dimensions: tuple[Component, ...]
    time: Component | None
    measures: tuple[Component, ...]
    attributes: tuple[Component, ...]

    @property
    def keys(self) -> tuple[Component, ...]:
        """The dimensions, time last."""
        return (*self.dimensions, self.time) if self.time else self.dimensions

    @property
    def components(self) -> tuple[Component, ...]:
        """All columns, in the order of the file."""
        return (*self.keys, *self.measures, *self.attributes)

    def urn(self, kind: str, name: str) -> str:
        """The name of an artefact in the world."""
        package = {"Codelist": "codelist", "Concept": "conceptscheme"}.get(kind, "datastructure")
        return f"urn:sdmx:org.sdmx.infomodel.{package}.{kind}={AGENCY}:{name}"


def semantic(version: str) -> str:
    """The version of an edition's structures: `2026-11-30.1` is `2026.1130.1`."""
    day, number = version.split(".")
    year, month, date = day.split("-")
    return f"{int(year)}.{int(month) * 100 + int(date)}.{int(number)}"


def prepare(rows: Rows, description: Description, about: About) -> Write:
    """Plan the structure over the whole edition; the answer writes a part of it."""
    plan = _plan(rows, description, about)

    def write(part: Rows, path: Path) -> Written:
        _structure(plan, description, about, path.with_name(path.name + STRUCTURE))
        deleted = _observations(plan, about, part, path)
        if about.previous is None:
            return Written()
        return Written(f"{deleted} Löschungen gegenüber der Ausgabe {about.previous} (ACTION D)")

    return write


def _plan(rows: Rows, description: Description, about: About) -> Plan:
    when = columns.time(rows, description)
    figures = columns.measures(rows, description)
    if figures and figures[0].name == columns.VALUE:
        figures = figures[:1]
    named = {columns.VALUE: "OBS_VALUE"} | ({when: "TIME_PERIOD"} if when else {})
    gone = _gone_codes(rows, description, about)

    def component(field: Field) -> Component:
        name = named.get(field.name, field.name.upper())
        codes = None
        if columns.is_labelled(field) or field.name == columns.CODE or field.column.named:
            codes = gone.get(field.name, {}) | columns.labels(rows, description, field)
            column = quoted(field.name)
            used = {
                str(v)
                for (v,) in rows.query(f"select distinct {column} from rows where {column} is not null")
            }
            if field.kind != "text" or not used or not all(map(_ID.fullmatch, used | codes.keys())):
                codes = None
        return Component(name, field, codes)

    known = {field.name: component(field) for field in rows.fields}
    keys = [name for name in description.grain if name != when]
    taken = {*keys, when, *(field.name for field in figures)}
    return Plan(
        id=description.product.upper(),
        version=semantic(about.version),
        dimensions=tuple(known[name] for name in keys),
        time=known[when] if when else None,
        measures=tuple(known[field.name] for field in figures),
        attributes=tuple(one for name, one in known.items() if name not in taken),
    )


def _gone(about: About) -> str | None:
    """SQL of the lines of the difference that a receiver has to delete; None for a first edition."""
    file = about.folder / DIFFERENCE
    if about.previous is None or not file.is_file():
        return None
    lines = f"read_csv({text_literal(str(file))}, all_varchar = true, header = true, nullstr = '')"
    return f"(select * from {lines} where change in ('withdrawn', 'removed'))"


def _gone_codes(rows: Rows, description: Description, about: About) -> dict[str, dict[str, str]]:
    """Codes of keys that occur in deletions, with the names that the difference gives them."""
    gone = _gone(about)
    if gone is None:
        return {}
    there = {name for name, *_ in rows.query(f"describe select * from {gone}")}
    found = {}
    for key in (name for name in description.grain if name in there):
        label = quoted(f"{key}_de") if f"{key}_de" in there else quoted(key)
        asked = f"select {quoted(key)}, max({label}) from {gone} where {quoted(key)} is not null group by 1"
        found[key] = {code: name or code for code, name in rows.query(f"{asked} order by 1")}
    return found


def _observations(plan: Plan, about: About, rows: Rows, path: Path) -> int:
    """Write the CSV; gives the number of deletions."""
    flow = f"{AGENCY}:{plan.id}({plan.version})"
    first = f"'dataflow' as STRUCTURE, {text_literal(flow)} as STRUCTURE_ID"
    cells = [_text(one.field) for one in plan.keys]
    cells += [f"coalesce({_text(one.field)}, 'NaN')" for one in plan.measures]
    cells += [_text(one.field) for one in plan.attributes]
    ids = [quoted(one.id) for one in plan.components]
    chosen = ", ".join(f"{cell} as {name}" for cell, name in zip(cells, ids, strict=True))
    every = f"select {first}, 'R' as ACTION, {chosen}, 1 as step, rowid as place from rows"
    gone, deleted = _gone(about), 0
    if gone is not None:
        there = {name for name, *_ in rows.query(f"describe select * from {gone}")}
        keys = [quoted(one.field.name) if one.field.name in there else "null" for one in plan.keys]
        empty = ["null"] * (len(ids) - len(keys))
        named = ", ".join(
            f"{cell}::varchar as {name}" for cell, name in zip([*keys, *empty], ids, strict=True)
        )
        wanted = _wanted(about, there)
        (one,) = rows.query(f"select count(*) from (select distinct {named} from {gone} where {wanted})")
        deleted = int(one[0])
        every = (
            f"select {first}, 'D' as ACTION, *, 0 as step, row_number() over () as place "
            f"from (select distinct {named} from {gone} where {wanted} order by all) union all {every}"
        )
    rows.connection.execute(
        f"copy (select * exclude (step, place) from ({every}) order by step, place) "
        f"to {text_literal(str(path))} "
        "(format csv, header, delimiter ',', quote '\"', escape '\"', nullstr '')"
    )
    return deleted


def _text(field: Field) -> str:
    """SQL text of a value; a moment in UTC without its `Z`, which pysdmx does not take."""
    text = for_machines(field)
    return f"rtrim({text}, 'Z')" if field.kind == "timestamp" else text


def _wanted(about: About, there: set[str]) -> str:
    """SQL of which deletions are of the chosen part. A deletion too many is of nothing that is published."""
    part, conditions = about.part, ["true"]
    if part.areas and "area_code" in there:
        begins = " or ".join(f"starts_with(area_code, {text_literal(code)})" for code in part.areas)
        conditions.append(f"({begins})")
    if part.indicators and "indicator_id" in there:
        conditions.append(f"indicator_id in ({', '.join(map(text_literal, part.indicators))})")
    for column in columns.TIMES:
        if part.years and column in there:
            year = f"cast(left({column}, 4) as integer)"
            conditions.append(f"{year} between {part.years[0]} and {part.years[1]}")
            break
    return " and ".join(conditions)


def _structure(plan: Plan, description: Description, about: About, path: Path) -> None:
    """Write code lists, concepts, the data structure and the dataflow of the edition."""
    for prefix, space in (("mes", _MESSAGE), ("str", _STRUCTURE), ("com", _COMMON)):
        ET.register_namespace(prefix, space)
    root = ET.Element(f"{{{_MESSAGE}}}Structure")
    header = ET.SubElement(root, f"{{{_MESSAGE}}}Header")
    for tag, text in (
        ("ID", f"{plan.id}_{plan.version.replace('.', '_')}"),
        ("Test", "false"),
        ("Prepared", about.published_at),
    ):
        ET.SubElement(header, f"{{{_MESSAGE}}}{tag}").text = text
    ET.SubElement(header, f"{{{_MESSAGE}}}Sender", {"id": AGENCY})
    body = ET.SubElement(root, f"{{{_MESSAGE}}}Structures")
    listed = [one for one in plan.components if one.codes is not None]
    if listed:
        lists = ET.SubElement(body, f"{{{_STRUCTURE}}}Codelists")
        for one in listed:
            _codelist(lists, plan, one)
    schemes = ET.SubElement(body, f"{{{_STRUCTURE}}}ConceptSchemes")
    scheme = _artefact(schemes, "ConceptScheme", f"CS_{plan.id}", plan.version)
    _named(scheme, description.title_de, description.title_en)
    for one in plan.components:
        concept = ET.SubElement(scheme, f"{{{_STRUCTURE}}}Concept", {"id": one.id})
        _named(concept, one.field.column.heading_de, one.field.column.heading_en)
    flows = ET.SubElement(body, f"{{{_STRUCTURE}}}Dataflows")
    flow = _artefact(flows, "Dataflow", plan.id, plan.version)
    _named(flow, description.title_de, description.title_en)
    reference = ET.SubElement(flow, f"{{{_STRUCTURE}}}Structure")
    reference.text = plan.urn("DataStructure", f"{plan.id}({plan.version})")
    structures = ET.SubElement(body, f"{{{_STRUCTURE}}}DataStructures")
    structure = _artefact(structures, "DataStructure", plan.id, plan.version)
    _named(structure, description.title_de, description.title_en)
    _components(ET.SubElement(structure, f"{{{_STRUCTURE}}}DataStructureComponents"), plan)
    ET.indent(root, " ")
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _codelist(parent: ET.Element, plan: Plan, one: Component) -> None:
    found = _artefact(parent, "Codelist", f"CL_{plan.id}_{one.id}", plan.version)
    _named(found, one.field.column.heading_de, one.field.column.heading_en)
    for code, name in (one.codes or {}).items():
        _named(ET.SubElement(found, f"{{{_STRUCTURE}}}Code", {"id": code}), name)


def _components(parent: ET.Element, plan: Plan) -> None:
    dimensions = ET.SubElement(parent, f"{{{_STRUCTURE}}}DimensionList", {"id": "DimensionDescriptor"})
    for place, one in enumerate(plan.dimensions, 1):
        _component(dimensions, "Dimension", plan, one, {"position": str(place)})
    if plan.time:
        _component(dimensions, "TimeDimension", plan, plan.time, {}, "ObservationalTimePeriod")
    if plan.attributes:
        attributes = ET.SubElement(parent, f"{{{_STRUCTURE}}}AttributeList", {"id": "AttributeDescriptor"})
        for one in plan.attributes:
            found = _component(attributes, "Attribute", plan, one, {"usage": "optional"})
            relation = ET.SubElement(found, f"{{{_STRUCTURE}}}AttributeRelationship")
            ET.SubElement(relation, f"{{{_STRUCTURE}}}Observation")
    if plan.measures:
        figures = ET.SubElement(parent, f"{{{_STRUCTURE}}}MeasureList", {"id": "MeasureDescriptor"})
        for one in plan.measures:
            _component(figures, "Measure", plan, one, {"usage": "optional"})


def _component(
    parent: ET.Element,
    tag: str,
    plan: Plan,
    one: Component,
    attributes: Mapping[str, str],
    text_type: str | None = None,
) -> ET.Element:
    found = ET.SubElement(parent, f"{{{_STRUCTURE}}}{tag}", {"id": one.id, **attributes})
    concept = ET.SubElement(found, f"{{{_STRUCTURE}}}ConceptIdentity")
    concept.text = plan.urn("Concept", f"CS_{plan.id}({plan.version}).{one.id}")
    local = ET.SubElement(found, f"{{{_STRUCTURE}}}LocalRepresentation")
    if one.codes is not None and text_type is None:
        codes = ET.SubElement(local, f"{{{_STRUCTURE}}}Enumeration")
        codes.text = plan.urn("Codelist", f"CL_{plan.id}_{one.id}({plan.version})")
    else:
        kind = text_type or TYPES[one.field.kind]
        ET.SubElement(local, f"{{{_STRUCTURE}}}TextFormat", {"textType": kind})
    return found


def _artefact(parent: ET.Element, tag: str, name: str, version: str) -> ET.Element:
    about = {"id": name, "agencyID": AGENCY, "version": version}
    return ET.SubElement(parent, f"{{{_STRUCTURE}}}{tag}", about)


def _named(parent: ET.Element, german: str, english: str | None = None) -> None:
    for language, text in (("de", german), ("en", english)):
        if text:
            ET.SubElement(parent, f"{{{_COMMON}}}Name", {_LANGUAGE: language}).text = text


__all__ = ["AGENCY", "STRUCTURE", "prepare", "semantic"]
