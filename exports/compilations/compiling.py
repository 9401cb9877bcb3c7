"""From released editions to a compilation in its place: declared, written, checked, published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field as Declared

import exports
from exports.atlas.check import check_atlas
from exports.atlas.maps import MapOfTable
from exports.atlas.rings import PEERS, RINGS
from exports.atlas.site import FIGURES, SITE, write_atlas
from exports.atlas.site import PAGES as PAGES_OF_ATLAS
from exports.browser import PAGES, page
from exports.compilations.star import AREAS, OF_THE_MAKING, Edition, Star, Table, edition_of, facts_of, key_of
from exports.compilations.star_check import check_star
from exports.definition import Definition
from exports.difference import Difference
from exports.history import BESIDE, Memory
from exports.products import Contact, Stripped
from exports.readme import cell, unbroken
from exports.release import Release, Unchanged, current_release, current_releases, publish
from exports.release.receipt import write_compiled_receipt
from exports.release.verification import verify_files
from exports.sheet import thousands
from exports.writers.licences import CHANGES
from sources.foundation import located_yaml
from sources.foundation.editions import DESCRIPTION
from sources.foundation.exits import USAGE
from sources.foundation.files import canonical_json, leftover_beside, readable_json, remove, sha256_of
from sources.foundation.spatial import open_spatial
from sources.foundation.strict import checked
from sources.foundation.templates import fill
from sources.foundation.told import Told

if TYPE_CHECKING:
    import duckdb

STAR, ATLAS = "star", "atlas"

WRITER_VERSION = 3
"""Edition of the writer of the star; raise it when the files change for the same editions."""

ATLAS_VERSION = 2
"""The same of the atlas; its pages count by themselves."""

PACKAGE, DIFFERENCE = "datapackage.json", "diff.json"

TYPES = {"BIGINT": "integer", "INTEGER": "integer", "DOUBLE": "number", "BOOLEAN": "boolean", "DATE": "date"}
"""Database type -> type of Table Schema; anything else is a string."""


class NotCompiled(ValueError):
    """A compilation that cannot be made of what is released; the message says why and what to do."""

    exit_code = USAGE


class Compilation(Stripped):
    """A compilation as declared beside this module.

    `left_out`: products that could be in it and are not, each with the reason that its README gives.
    `tables`: products whose rows the atlas shows beside the indicators, each with its columns; `maps`: which
    of them it draws on outlines, and how.
    """

    compilation: str
    title_de: str = Declared(min_length=1)
    title_en: str = Declared(min_length=1)
    description: str = Declared(min_length=20)
    description_en: str = Declared(min_length=20)
    keywords: tuple[str, ...] = ()
    left_out: dict[str, str] = Declared(default_factory=dict)
    tables: dict[str, tuple[str, ...]] = Declared(default_factory=dict)
    maps: dict[str, MapOfTable] = Declared(default_factory=dict)


def load_compilation(name: str = STAR) -> Compilation:
    """Read a declaration; raises `located_yaml.DeclarationError` for anything that it should not hold."""
    path = Path(__file__).parent / f"{name}.yml"
    return checked(Compilation, located_yaml.read(path, path.read_bytes()))


def compile_edition(
    releases_root: Path,
    scratch: Path,
    definitions: Mapping[str, Definition],
    office: Contact,
    now: datetime,
    memory: Memory = BESIDE,
) -> Release | Unchanged:
    """Make the star of the current public editions and publish it, or say that it brings nothing new.

    `scratch` is a folder on the file system of `releases_root` where the files are written before they are
    checked; `definitions` say what readers are told of indicators. Raises `NotCompiled` where there is
    nothing to compile or the files read back say something else, `exports.release.ReleaseRefused` for an
    edition that is not what was published.
    """
    declared = load_compilation(STAR)
    editions = _editions(releases_root, memory)
    facts = facts_of(editions, declared.left_out)
    if not facts or not any(one.product == AREAS for one in editions):
        raise NotCompiled(
            Told(
                f"{releases_root}: there is no edition of `{AREAS}` and of a product with areas, days and "
                "values",
                f"{releases_root}: es gibt noch keine Ausgabe von `{AREAS}` und eines Produkts mit Gebiet, "
                "Stichtag und Wert",
            )
        )
    used = [one for one in editions if one in facts or one.product == AREAS]
    others = [one for one in _products(editions) if one not in {edition.product for edition in used}]
    job = _Job(declared, used, office, _fingerprint(WRITER_VERSION, declared, used, definitions))

    def write(folder: Path) -> list[dict[str, Any]]:
        with _connected(scratch) as connection:
            star = Star(connection, used, declared.left_out, definitions, folder)
            tables = star.write()
            findings = check_star(connection, star.facts, tables, folder)
        job.companions(
            folder,
            "STAR.md.j2",
            [_resource(folder, table) for table in tables],
            sum(table.rows for table in tables if table.is_fact),
            {"tables": tables, "others": others, "thousands": thousands, "key_of": key_of},
        )
        return findings

    return job.published(write, releases_root, scratch, now, memory)


def compile_atlas(
    releases_root: Path,
    scratch: Path,
    definitions: Mapping[str, Definition],
    office: Contact,
    now: datetime,
    memory: Memory = BESIDE,
    internal: Path | None = None,
) -> Release | Unchanged:
    """Make the atlas of the current public editions and publish it; arguments and errors as of the star.

    With `internal`, the folder of editions for an internal audience, these are in it too, each as a table of
    its own or in place of the public edition of the same product; the atlas is marked and published there.
    """
    declared = load_compilation(ATLAS)
    held = [] if internal is None else _editions(internal, memory)
    if internal is not None and not held:
        raise NotCompiled(
            Told(
                f"{internal}: there is no edition for an internal audience",
                f"{internal}: es gibt keine Ausgabe für den internen Gebrauch",
            )
        )
    editions = {one.product: one for one in (*_editions(releases_root, memory), *held)}
    if not {FIGURES, AREAS} <= editions.keys():
        raise NotCompiled(
            Told(
                f"{releases_root}: there is no edition of `{AREAS}` and of `{FIGURES}`",
                f"{releases_root}: es gibt noch keine Ausgabe von `{AREAS}` und von `{FIGURES}`",
            )
        )
    own = (FIGURES, AREAS, RINGS, PEERS)
    tables = {
        **declared.tables,
        **{
            one.product: tuple(name for name in one.names if name not in OF_THE_MAKING)
            for one in held
            if one.product not in (*own, *declared.tables)
        },
    }
    chosen = {name: editions[name] for name in (*own, *tables) if name in editions}
    for one in chosen.values():
        files = (DIFFERENCE, *((f"{AREAS}.gpkg",) if one.product == AREAS else ()))
        root = internal if internal is not None and one in held else releases_root
        verify_files(root, one.release, [name for name in files if name in one.release.files], memory)
    used = list(chosen.values())
    pages = {page: sha256_of(SITE / page) for page in PAGES_OF_ATLAS}
    job = _Job(
        declared,
        used,
        office,
        _fingerprint(ATLAS_VERSION, declared, used, definitions, office=office, pages=pages),
        "public" if internal is None else "internal",
    )

    def write(folder: Path) -> list[dict[str, Any]]:
        named = {"name": office.name, "email": office.email, "url": office.url}
        with open_spatial() as connection:
            rows = write_atlas(
                connection,
                chosen,
                definitions,
                named,
                now.date(),
                folder,
                tables,
                declared.maps,
                job.audience,
            )
            findings = check_atlas(connection, folder, {name: one.file for name, one in chosen.items()})
        job.companions(
            folder, "ATLAS.md.j2", [_page_resource(folder, declared)], rows, {"audience": job.audience}
        )
        return findings

    return job.published(write, internal or releases_root, scratch, now, memory)


@dataclass(frozen=True)
class _Job:
    """A compilation on its way: what is declared, the editions it is made of, whose and for whom it is."""

    declared: Compilation
    editions: Sequence[Edition]
    office: Contact
    fingerprint: str
    audience: str = "public"

    def published(
        self,
        write: Callable[[Path], list[dict[str, Any]]],
        releases_root: Path,
        scratch: Path,
        now: datetime,
        memory: Memory,
    ) -> Release | Unchanged:
        """Write into a folder, have it checked by what `write` gives (entries of a verdict), and publish."""
        name = self.declared.compilation
        current = current_release(releases_root, name)
        if current is not None and current.fingerprint == self.fingerprint:
            return Unchanged(name, current)
        scratch.mkdir(parents=True, exist_ok=True)
        folder = leftover_beside(scratch / name)
        folder.mkdir(mode=0o700)
        try:
            findings = write(folder)
            self._say_what_changed(folder, current)
            wrong = [entry for entry in findings if entry["outcome"] != "passed"]
            if wrong:
                raise NotCompiled(
                    Told(
                        f"{name} is not published, since read back it says something else: "
                        + "; ".join(entry["title"] for entry in wrong),
                        f"{self.declared.title_de}: nicht veröffentlicht, weil anderes darin steht als in "
                        "den Ausgaben: " + "; ".join(entry["title_de"] for entry in wrong),
                    )
                )
            write_compiled_receipt(
                folder,
                name,
                self.fingerprint,
                findings,
                {one.product: one.release.version for one in self.editions},
                current.path if current else None,
                memory.key,
            )
            return publish(name, folder, releases_root, now, audience=self.audience, memory=memory)
        finally:
            if folder.exists():
                remove(folder)

    def companions(
        self,
        folder: Path,
        template: str,
        resources: Sequence[Mapping[str, Any]],
        rows: int,
        values: Mapping[str, Any],
    ) -> None:
        """Write README with licences, as text and as page, and the data package."""
        told = {
            "declared": self.declared,
            "editions": self.editions,
            "office": self.office,
            "rows": rows,
            "datasets": _datasets(self.editions),
            "changes": CHANGES,
            "unbroken": unbroken,
            "cell": cell,
            **values,
        }
        text = fill(exports.__file__, template, told)
        (folder / "README.md").write_text(text, encoding="utf-8")
        (folder / PAGES["README.md"]).write_text(page(self.declared.title_de, text), encoding="utf-8")
        package = _package(self.declared, resources, self.editions, self.office, rows, self.fingerprint)
        if self.audience != "public":
            package["planstat"]["audience"] = self.audience
        (folder / PACKAGE).write_text(readable_json(package), encoding="utf-8")

    def _say_what_changed(self, folder: Path, current: Release | None) -> None:
        rows = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))["planstat"]["rows"]
        reason = "aus anderen Ausgaben zusammengestellt; was sich geändert hat, sagt deren diff.json."
        changes = Difference(
            self.declared.compilation,
            current.version if current else None,
            current.rows if current else 0,
            rows,
            reason=reason,
        )
        (folder / DIFFERENCE).write_text(readable_json(changes.as_plain()), encoding="utf-8")


def _editions(releases_root: Path, memory: Memory) -> list[Edition]:
    """The current editions of products, each compared with its receipt as far as it is read here."""
    found = []
    for release in current_releases(releases_root):
        if release.compiled_from:
            continue
        if not (release.path / DESCRIPTION).is_file():
            raise NotCompiled(
                Told(
                    f"{release.id} is from before editions kept their description; run `planstat run`",
                    f"{release.id} enthält noch keine Beschreibung der Spalten; `planstat run` schreibt eine "
                    "neue Ausgabe",
                )
            )
        verify_files(releases_root, release, (f"{release.product}.parquet", DESCRIPTION), memory)
        found.append(edition_of(release))
    return found


def _products(editions: Sequence[Edition]) -> list[str]:
    return sorted(one.product for one in editions)


def _connected(scratch: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(":memory:", config={"temp_directory": str(scratch)})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _fingerprint(
    writer: int,
    declared: Compilation,
    editions: Sequence[Edition],
    definitions: Mapping[str, Definition],
    office: Contact | None = None,
    pages: Mapping[str, str] | None = None,
) -> str:
    """Hash of everything a reader would notice; `office` and `pages` where they stand in the files."""
    parts = {
        "writer": writer,
        "declared": declared.model_dump(mode="json"),
        "editions": sorted((one.release.id, one.release.fingerprint) for one in editions),
        "definitions": {name: vars(one) for name, one in sorted(definitions.items())},
    }
    if office is not None:
        parts["office"] = [office.name, office.email, office.url]
    if pages is not None:
        parts["pages"] = dict(pages)
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def _datasets(editions: Sequence[Edition]) -> list[dict[str, Any]]:
    """Every dataset behind the editions, once: as the newest edition that is made from it describes it."""
    ordered = sorted(editions, key=lambda one: (one.release.published_at, one.product))
    found = {
        one.dataset_id: one.model_dump(mode="json")
        for edition in ordered
        for one in edition.described.datasets
    }
    return [found[name] for name in sorted(found)]


def _package(
    declared: Compilation,
    resources: Sequence[Mapping[str, Any]],
    editions: Sequence[Edition],
    office: Contact,
    rows: int,
    fingerprint: str,
) -> dict[str, Any]:
    """The data package with its resources."""
    datasets = _datasets(editions)
    licences = sorted({(one["licence"], one["licence_title"], one["licence_url"]) for one in datasets})
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": declared.compilation,
        "title": declared.title_de,
        "description": unbroken(declared.description),
        "keywords": list(declared.keywords),
        "contributors": [{"title": office.name, "roles": ["publisher"]}],
        "licenses": [{"name": name, "title": title, "path": url} for name, title, url in licences],
        "sources": [
            {"title": f"{one['attribution']}: {one['dataset_id']} {one['title_de']}"} for one in datasets
        ],
        "resources": [dict(one) for one in resources],
        "planstat": {
            "product": declared.compilation,
            "title_en": declared.title_en,
            "cadence": "IRREG",
            "rows": rows,
            "fingerprint": fingerprint,
            "description_sha256": hashlib.sha256(
                canonical_json(declared.model_dump(mode="json")).encode()
            ).hexdigest(),
            "compiled_from": {one.product: one.release.version for one in editions},
            "notes": {},
            "disclosure": None,
            "datasets": datasets,
        },
    }


def _page_resource(folder: Path, declared: Compilation) -> dict[str, Any]:
    """The page that opens the atlas."""
    path = folder / PAGES_OF_ATLAS[0]
    return {
        "name": declared.compilation,
        "path": path.name,
        "title": declared.title_de,
        "format": "html",
        "mediatype": "text/html",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }


def _resource(folder: Path, table: Table) -> dict[str, Any]:
    """A table with its key, and the keys that point to others."""
    path = folder / table.file
    schema: dict[str, Any] = {
        "fields": [
            {
                "name": field.name,
                "type": TYPES.get(field.type.upper(), "string"),
                "title": field.title_de,
                "description": field.text_de,
                "planstat:title_en": field.title_en,
            }
            for field in table.fields
        ]
    }
    if not table.is_fact:
        schema["primaryKey"] = [key_of(table.name)]
    pointing = [
        {
            "fields": [field.name],
            "reference": {"resource": field.points_to, "fields": [key_of(str(field.points_to))]},
        }
        for field in table.fields
        if field.points_to is not None
    ]
    if pointing:
        schema["foreignKeys"] = pointing
    return {
        "name": table.name,
        "path": table.file,
        "title": table.title_de,
        "type": "file",  # readers of data packages go through pandas, where whole numbers with gaps are none
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
        "schema": schema,
    }
