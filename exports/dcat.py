"""The catalogue for open-data portals: DCAT-AP.de 3.0 over the current editions, as Turtle and JSON-LD.

Portals such as GovData harvest `catalog.ttl`. Every product, and the star, is a `dcat:Dataset`; every file of
its current edition is a `dcat:Distribution` with one licence of the list of DCAT-AP.de, size and SHA-256.

Specification: https://www.dcat-ap.de/def/dcatde/3.0/spec/ . The text is the same for the same editions and
the same office: nodes have addresses, and no clock is asked.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from exports import files
from exports.products import Catalogue, Office
from exports.release import Release, current_releases
from sources.foundation.exits import USAGE
from sources.foundation.files import write_text
from sources.foundation.told import Told

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

TURTLE, JSON_LD = "catalog.ttl", "catalog.jsonld"

EU = "http://publications.europa.eu/resource/authority/"
LICENCES = "http://dcat-ap.de/def/licenses/"

OPEN = {
    "cc-by-3.0-de": "cc-by-de/3.0",
    "cc-by-4.0": "cc-by/4.0",
    "dl-de/by-2-0": "dl-by-de/2.0",
    "dl-de/zero-2-0": "dl-zero-de/2.0",
    "source-note": "other-open",
}
"""Licences of sources that let everybody use the data for everything, by their name in the list."""
NOT_OPEN = frozenset({"eurogeographics", "internal", "not-stated"})
"""Licences that forbid some use, or of which nobody said which use they allow."""
MIXED, CLOSED = "other-open", "other-closed"

FILE_TYPES = {
    "csv": "CSV",
    "csv-excel": "CSV",
    "gpkg": "GPKG",
    "html": "HTML",
    "parquet": "PARQUET",
    "xlsx": "XLSX",
    "dictionary": "CSV",
}
"""Format of a data package's resource -> the EU's list of file types; tables of a compilation are Parquet."""

PERIODS = "dim_period"
"""The table of a compilation that holds its days."""

THEME = "SOCI"
"""Population and society: the one theme of the EU's list that all products belong to."""


class NoCatalogue(ValueError):
    """`office.yml` does not say what a catalogue needs."""

    exit_code = USAGE


def licence_of(names: Collection[str]) -> str:
    """The licence in the list of DCAT-AP.de for data made from sources under these.

    One licence stays what it is. Of several open ones the result is open under terms of its own (all
    attributions), which the list calls `other-open`; one that is not open makes it `other-closed`.
    """
    kinds = {OPEN.get(name, CLOSED) for name in names} or {CLOSED}
    if CLOSED in kinds:
        return LICENCES + CLOSED
    return LICENCES + (kinds.pop() if len(kinds) == 1 else MIXED)


def write_catalogue(releases_root: Path, office: Office) -> list[Path]:
    """Write `catalog.ttl` and `catalog.jsonld` beside the editions; gives the files that changed.

    Raises `NoCatalogue` where the office does not say at which address its releases lie.
    """
    if office.catalogue is None:
        raise NoCatalogue(
            Told(
                "office.yml has no section `catalogue:` with `web` (the address of the folder of releases) "
                "and `contributor_id` (the id that GovData gave the office)",
                "office.yml hat keinen Abschnitt `catalogue:` mit `web` (Adresse des Ordners der Ausgaben) "
                "und `contributor_id` (Datenbereitsteller-ID von GovData)",
            )
        )
    current = current_releases(releases_root)
    graph = catalogue_graph(current, office, office.catalogue)
    nodes = sorted(json.loads(graph.serialize(format="json-ld")), key=lambda node: str(node["@id"]))
    texts = {
        TURTLE: graph.serialize(format="turtle"),
        JSON_LD: json.dumps(nodes, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    }
    changed = []
    for name, text in texts.items():
        path = releases_root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_text(path, text, mode=files.OPEN_FILE)
            changed.append(path)
    return changed


def catalogue_graph(current: Collection[Release], office: Office, about: Catalogue) -> Graph:
    """The catalogue of these editions, one of each product, as RDF."""
    from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef

    graph = Graph()
    dcatde = Namespace("http://dcat-ap.de/def/dcatde/")
    for prefix, namespace in (("dcat", DCAT), ("dct", DCTERMS), ("dcatde", dcatde), ("foaf", FOAF)):
        graph.bind(prefix, namespace)
    web = about.web.rstrip("/")
    catalogue, publisher = URIRef(f"{web}/{TURTLE}#catalog"), URIRef(f"{web}/{TURTLE}#publisher")
    german = URIRef(f"{EU}language/DEU")

    def say(subject: URIRef, *pairs: tuple[URIRef, Any]) -> None:
        for predicate, value in pairs:
            if value is not None:
                graph.add((subject, predicate, value))

    say(
        publisher,
        (RDF.type, FOAF.Agent),
        (FOAF.name, Literal(office.name, lang="de")),
        (FOAF.mbox, URIRef(f"mailto:{office.email}") if office.email else None),
        (FOAF.homepage, URIRef(office.url) if office.url else None),
    )
    say(
        catalogue,
        (RDF.type, DCAT.Catalog),
        (DCTERMS.title, Literal(f"Sozialplanung: Daten von {office.name}", lang="de")),
        (DCTERMS.description, Literal(_WHAT, lang="de")),
        (DCTERMS.publisher, publisher),
        (DCTERMS.language, german),
        (FOAF.homepage, URIRef(f"{web}/")),
    )
    if current:
        newest = max(edition.published_at for edition in current)
        say(catalogue, (DCTERMS.modified, Literal(newest.isoformat(), datatype=XSD.dateTime)))
    for edition in sorted(current, key=lambda one: one.product):
        dataset = URIRef(f"{web}/{edition.product}#dataset")
        say(catalogue, (DCAT.dataset, dataset))
        _describe(graph, edition, dataset, publisher, office, about)
    return graph


_WHAT = (
    "Kennzahlen und Tabellen für die Sozial-, Jugendhilfe-, Schul- und Integrationsplanung, je Gebiet und "
    "Stichtag, mit Quelle und Status jedes Werts."
)


def _describe(
    graph: Graph, edition: Release, dataset: URIRef, publisher: URIRef, office: Office, about: Catalogue
) -> None:
    """Add one product with the files of its current edition."""
    from rdflib import DCAT, DCTERMS, RDF, XSD, Literal, Namespace, URIRef

    dcatde, dcatap = Namespace("http://dcat-ap.de/def/dcatde/"), Namespace("http://data.europa.eu/r5r#")
    vcard, spdx = Namespace("http://www.w3.org/2006/vcard/ns#"), Namespace("http://spdx.org/rdf/terms#")
    for prefix, namespace in (("dcatap", dcatap), ("vcard", vcard), ("spdx", spdx)):
        graph.bind(prefix, namespace)
    package = json.loads((edition.path / "datapackage.json").read_text(encoding="utf-8"))
    own = package["planstat"]
    web = about.web.rstrip("/")
    place = f"{web}/{quote(edition.product)}/{quote(edition.version)}/"
    published = Literal(edition.published_at.isoformat(), datatype=XSD.dateTime)
    contact = URIRef(f"{web}/{TURTLE}#contact")

    def say(subject: URIRef, *pairs: tuple[URIRef, Any]) -> None:
        for predicate, value in pairs:
            graph.add((subject, predicate, value))

    say(contact, (RDF.type, vcard.Kind), (RDF.type, vcard.Organization), (vcard.fn, Literal(office.name)))
    if office.email:
        say(contact, (vcard.hasEmail, URIRef(f"mailto:{office.email}")))
    if office.url:
        say(contact, (vcard.hasURL, URIRef(office.url)))
    say(
        dataset,
        (RDF.type, DCAT.Dataset),
        (DCTERMS.title, Literal(package["title"], lang="de")),
        (DCTERMS.title, Literal(own["title_en"], lang="en")),
        (DCTERMS.description, Literal(package["description"], lang="de")),
        (DCTERMS.identifier, Literal(edition.product)),
        (DCTERMS.publisher, publisher),
        (DCAT.contactPoint, contact),
        (dcatde.contributorID, URIRef(about.contributor_id)),
        (DCAT.theme, URIRef(f"{EU}data-theme/{THEME}")),
        (DCTERMS.language, URIRef(f"{EU}language/DEU")),
        (DCTERMS.accrualPeriodicity, URIRef(f"{EU}frequency/{own['cadence']}")),
        (URIRef(f"{DCAT}version"), Literal(edition.version)),
        (DCTERMS.modified, published),
        *((DCAT.keyword, Literal(word, lang="de")) for word in package.get("keywords", ())),
    )
    if (covered := _covered(edition)) is not None:
        period = URIRef(f"{web}/{quote(edition.product)}#period")
        say(dataset, (DCTERMS.temporal, period))
        say(
            period,
            (RDF.type, DCTERMS.PeriodOfTime),
            *(
                (predicate, Literal(day.isoformat(), datatype=XSD.date))
                for predicate, day in zip((DCAT.startDate, DCAT.endDate), covered, strict=True)
            ),
        )
    licence = URIRef(licence_of({one["licence"] for one in own["datasets"]}))
    attributions = "; ".join(sorted({one["attribution"] for one in own["datasets"]}))
    for resource in package["resources"]:
        kind = resource["format"] if edition.compiled_from else resource["name"]
        if kind not in FILE_TYPES:
            continue
        address = URIRef(place + quote(resource["path"]))
        checksum = URIRef(f"{address}#sha256")
        say(dataset, (DCAT.distribution, address))
        say(
            address,
            (RDF.type, DCAT.Distribution),
            (DCTERMS.title, Literal(resource["title"], lang="de")),
            (DCAT.accessURL, URIRef(place)),
            (DCAT.downloadURL, address),
            (DCTERMS.license, licence),
            (dcatde.licenseAttributionByText, Literal(attributions)),
            (DCTERMS.format, URIRef(f"{EU}file-type/{FILE_TYPES[kind]}")),
            (DCAT.mediaType, URIRef(f"https://www.iana.org/assignments/media-types/{resource['mediatype']}")),
            (DCAT.byteSize, Literal(resource["bytes"], datatype=XSD.nonNegativeInteger)),
            (DCTERMS.language, URIRef(f"{EU}language/DEU")),
            (DCTERMS.modified, published),
            (dcatap.availability, URIRef(f"{EU}planned-availability/AVAILABLE")),
            (spdx.checksum, checksum),
        )
        say(
            checksum,
            (RDF.type, spdx.Checksum),
            (spdx.algorithm, spdx.checksumAlgorithm_sha256),
            (
                spdx.checksumValue,
                Literal(resource["hash"].removeprefix("sha256:"), datatype=XSD.hexBinary),
            ),
        )


def _covered(edition: Release) -> tuple[date, date] | None:
    """The first and the last day that figures of an edition are of; None where rows have no date.

    The days of a compilation stand in its table of periods; the atlas has none.
    """
    import duckdb

    table = PERIODS if edition.compiled_from else edition.product
    file = edition.path / f"{table}.parquet"
    if not file.is_file():
        return None
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(file))
        if "reference_date" not in rows.columns:
            return None
        found = rows.aggregate("min(reference_date), max(reference_date)").fetchone()
    return None if found is None or found[0] is None else (found[0], found[1])
