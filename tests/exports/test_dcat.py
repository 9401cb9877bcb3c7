"""The catalogue for portals: what it says of the current editions, and that it keeps DCAT-AP.de 3.0."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pyshacl
import pytest
from rdflib import DCAT, DCTERMS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from exports import dcat, release
from exports.compilations import compile_edition
from exports.dcat import EU, FILE_TYPES, LICENCES, NOT_OPEN, OPEN, NoCatalogue, licence_of, write_catalogue
from exports.products import EVERY_FORMAT, UNNAMED, Office, Product, ProductError, load_office
from exports.writers import FORMATS
from sources.declared.catalogue import load_catalog
from sources.foundation.told import said
from tests.conftest import SHARED_DATA
from tests.exports.conftest import Editions
from tests.exports.small_warehouse import description_of, passing

WEB = "https://daten.musterstadt.example/planstat"
OFFICE = Office.model_validate(
    {
        "name": "Stadt Musterstadt, Sozialplanung",
        "email": "planung@musterstadt.example",
        "url": "https://www.musterstadt.example",
        "catalogue": {
            "web": WEB + "/",
            "contributor_id": "http://dcat-ap.de/def/contributors/stadtMusterstadt",
        },
    }
)
SHAPES = SHARED_DATA.parent / "standards" / "dcat-ap-de-3.0"
SHACL = Namespace("http://www.w3.org/ns/shacl#")
CONTRIBUTOR = URIRef("http://dcat-ap.de/def/dcatde/contributorID")
MAIL = URIRef("http://www.w3.org/2006/vcard/ns#hasEmail")


@pytest.fixture
def releases(editions: Editions, tmp_path: Path) -> Path:
    """Two products, one of them with two editions."""
    root = tmp_path / "releases"
    for product, number in (("areas", 1), ("areas", 2), ("population", 1)):
        made = editions.copy(product, number, tmp_path / "candidates" / product)
        release.write_receipt(
            made,
            passing(product),
            description_of(product),
            release.look(made.path),
            previous=root / product / "current",
        )
        release.publish(product, made, root, datetime(2026, 11, 22, number, tzinfo=UTC))
    return root


def test_every_file_of_the_current_editions_has_a_distribution(releases: Path) -> None:
    assert [path.name for path in write_catalogue(releases, OFFICE)] == ["catalog.ttl", "catalog.jsonld"]
    graph = Graph().parse(releases / "catalog.ttl")
    current = {edition.product: edition for edition in release.list_releases(releases) if edition.is_current}
    datasets = set(graph.objects(URIRef(f"{WEB}/catalog.ttl#catalog"), DCAT.dataset))
    assert datasets == {URIRef(f"{WEB}/{product}#dataset") for product in ("areas", "population")}
    for product, edition in current.items():
        package = json.loads((edition.path / "datapackage.json").read_text(encoding="utf-8"))
        offered = {one["path"]: one for one in package["resources"] if one["name"] in FILE_TYPES}
        place = f"{WEB}/{product}/{edition.version}/"
        found = set(graph.objects(URIRef(f"{WEB}/{product}#dataset"), DCAT.distribution))
        assert found == {URIRef(place + name) for name in offered}
        for name, one in offered.items():
            here = URIRef(place + name)
            assert graph.value(here, DCAT.byteSize) == Literal(
                one["bytes"], datatype="http://www.w3.org/2001/XMLSchema#nonNegativeInteger"
            )
            assert len(list(graph.objects(here, DCTERMS.license))) == 1
            checksum = graph.value(here, URIRef("http://spdx.org/rdf/terms#checksum"))
            digest = graph.value(checksum, URIRef("http://spdx.org/rdf/terms#checksumValue"))
            assert f"sha256:{digest}" == one["hash"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # of rdflib by itself
def test_both_files_say_the_same_and_are_written_only_when_it_changes(releases: Path) -> None:
    write_catalogue(releases, OFFICE)
    turtle = Graph().parse(releases / "catalog.ttl")
    assert isomorphic(turtle, Graph().parse(releases / "catalog.jsonld", format="json-ld"))
    assert write_catalogue(releases, OFFICE) == []
    other = OFFICE.model_copy(update={"name": "Kreis Musterland"})
    assert len(write_catalogue(releases, other)) == 2


def test_the_period_is_that_of_the_rows(releases: Path) -> None:
    write_catalogue(releases, OFFICE)
    graph = Graph().parse(releases / "catalog.ttl")
    period = graph.value(URIRef(f"{WEB}/population#dataset"), DCTERMS.temporal)
    days = [str(graph.value(period, predicate)) for predicate in (DCAT.startDate, DCAT.endDate)]
    assert days == ["2014-12-31", "2015-12-31"]


def broken(graph: Graph) -> list[str]:
    """Every rule of GovData that is broken; of the EU's lists, which lie in the network, known entries."""
    if not SHAPES.is_dir():
        pytest.skip("the shapes of DCAT-AP.de are not here (../shared/standards)")
    shapes, judged = Graph(), Graph()
    judged += graph
    for file in SHAPES.glob("*.ttl"):
        shapes.parse(file)
    for file in ("dcat-ap-de-licenses-open.rdf", "dcat-ap-de-contributors.rdf"):
        judged.parse(SHAPES / file)
    known = [
        *("language/DEU", "planned-availability/AVAILABLE", "data-theme/SOCI"),
        *(f"frequency/{cadence}" for cadence in get_args(Product.model_fields["cadence"].annotation)),
        *(f"file-type/{name}" for name in ("CSV", "GPKG", "PARQUET", "XLSX")),
    ]
    for name in known:
        judged.add((URIRef(EU + name), SKOS.inScheme, URIRef(EU + name.split("/", 1)[0])))
    _, report, _ = pyshacl.validate(judged, shacl_graph=shapes, do_owl_imports=False, advanced=True)
    found = [one for one, _, _ in report.triples((None, SHACL.resultSeverity, SHACL.Violation))]
    return [
        f"{report.value(one, SHACL.focusNode)}: {report.value(one, SHACL.resultMessage)}" for one in found
    ]


def test_no_rule_of_dcat_ap_de_is_broken(releases: Path) -> None:
    write_catalogue(releases, OFFICE)
    graph = Graph().parse(releases / "catalog.ttl")
    assert broken(graph) == []
    for statement in list(graph.triples((None, DCTERMS.title, None))):
        graph.remove(statement)
    assert broken(graph), "the shapes look at something"


def test_the_star_is_offered_like_a_product_and_breaks_no_rule(releases: Path, tmp_path: Path) -> None:
    made = compile_edition(releases, tmp_path / "scratch", {}, OFFICE, datetime(2026, 11, 23, tzinfo=UTC))
    assert isinstance(made, release.Release)
    write_catalogue(releases, OFFICE)
    graph = Graph().parse(releases / "catalog.ttl")
    star = URIRef(f"{WEB}/star#dataset")
    assert (URIRef(f"{WEB}/catalog.ttl#catalog"), DCAT.dataset, star) in graph
    tables = {f"{WEB}/{made.id}/{name}" for name in made.files if name.endswith(".parquet")}
    assert {str(one) for one in graph.objects(star, DCAT.distribution)} == tables
    period = graph.value(star, DCTERMS.temporal)
    assert str(graph.value(period, DCAT.endDate)) == "2015-12-31"
    assert str(graph.value(star, CONTRIBUTOR)) == OFFICE.catalogue.contributor_id
    contact = graph.value(star, DCAT.contactPoint)
    assert str(graph.value(contact, MAIL)) == f"mailto:{OFFICE.email}"
    assert broken(graph) == []


@pytest.mark.parametrize(
    ("names", "licence"),
    [
        ({"dl-de/by-2-0"}, "dl-by-de/2.0"),
        ({"dl-de/by-2-0", "cc-by-4.0"}, "other-open"),
        ({"dl-de/by-2-0", "not-stated"}, "other-closed"),
        ({"a licence that nobody knows"}, "other-closed"),
        (set(), "other-closed"),
    ],
)
def test_a_file_has_one_licence(names: set[str], licence: str) -> None:
    assert licence_of(names) == LICENCES + licence


def test_every_licence_of_a_publisher_is_known() -> None:
    catalog = load_catalog()
    names = {catalog.licence(declaration).id for declaration in catalog.values()}
    assert names <= {*OPEN, *NOT_OPEN}


def test_every_format_has_a_file_type() -> None:
    assert {*EVERY_FORMAT, "parquet"} <= set(FILE_TYPES)
    assert set(FILE_TYPES) <= {*(form.name for form in FORMATS), "html"}, "or the page that opens the atlas"


def test_an_office_that_says_nothing_of_a_catalogue_has_none(releases: Path) -> None:
    with pytest.raises(NoCatalogue, match=r"office\.yml has no section `catalogue:`") as refused:
        write_catalogue(releases, UNNAMED)
    assert "office.yml hat keinen Abschnitt" in said(refused.value.args[0], "de")
    assert not (releases / dcat.TURTLE).exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: A\ncatalogue:\n  web: daten.example\n", r"office.yml:3: catalogue.web"),
        (
            "name: A\ncatalogue:\n  web: https://a.example\n",
            r"office.yml:2: catalogue.contributor_id: is missing",
        ),
    ],
)
def test_a_wrong_catalogue_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "office.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProductError, match=words):
        load_office(file)
