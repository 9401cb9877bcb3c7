"""Product, columns and datasets are joined strictly into one plain description."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exports import describe
from exports.products import FOLDER, Contact, load_product
from tests.exports.small_warehouse import COLUMNS, DATASETS, description_of


def test_the_description_is_plain_data_and_reads_back() -> None:
    plain = description_of("indicators")
    assert json.loads(json.dumps(plain)) == plain
    assert describe.parse(plain).as_plain() == plain
    assert [column["name"] for column in plain["columns"]] == [name for name, _, _ in COLUMNS["indicators"]]
    assert [dataset["dataset_id"] for dataset in plain["datasets"]] == ["12411-01-01-4", "22811-01-01-4"]
    assert plain["datasets"][0]["retrieved_at"] == "2026-11-01T08:00:00Z"


def test_roles_follow_place_and_name_where_the_contract_gives_none() -> None:
    roles = {column["name"]: column["role"] for column in description_of("population")["columns"]}
    assert roles["area_code"] == roles["sex_code"] == "key"
    assert roles["value"] == "measure"
    assert roles["dataset_id"] == "dimension"
    assert roles["area_name"] == "attribute"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"columns": [{"name": "value", "type": "DOUBLE"}]},
            r"`grain` names area_code, .*, which mart_indicator",
        ),
        ({"datasets": [DATASETS[0], DATASETS[0]]}, "datasets 12411-01-01-4 come more than once"),
        ({"datasets": [{**DATASETS[0], "license": "x"}]}, r"datasets\[0\]\.license: unknown key"),
        ({"datasets": [{**DATASETS[0], "attribution": ""}]}, r"datasets\[0\]\.attribution: "),
        ({"surprise": 1}, "surprise: unknown key"),
        ({"title_de": ""}, "title_de: "),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(describe.DescriptionError, match=words) as caught:
        describe.parse(description_of("indicators", **changes))
    assert "product 'indicators'" in str(caught.value)


def test_column_names_are_short_snake_case() -> None:
    columns = [{"name": name, "type": kind} for name, kind, _ in COLUMNS["indicators"]]
    columns.append({"name": "a_name_that_is_longer_than_32_chars", "type": "VARCHAR"})
    with pytest.raises(describe.DescriptionError, match=r"columns\[20\]\.name"):
        describe.describe(load_product(FOLDER / "indicators.yml"), columns, DATASETS)


def test_the_content_hash_ignores_what_no_reader_notices() -> None:
    plain = description_of("indicators")
    usual = describe.parse(plain).content_sha256()
    refetched = [
        {
            **dataset,
            "snapshot_id": "other",
            "retrieved_at": "2027-01-01T00:00:00Z",
            "is_old": True,
            "note": "x",
        }
        for dataset in plain["datasets"]
    ]
    assert describe.parse(plain | {"datasets": refetched}).content_sha256() == usual
    assert describe.parse(plain | {"checks": {"required": ["P07"]}}).content_sha256() == usual
    assert describe.parse(plain | {"title_de": "Anders"}).content_sha256() != usual
    relicensed = [{**dataset, "licence": "cc-by-4.0"} for dataset in plain["datasets"]]
    assert describe.parse(plain | {"datasets": relicensed}).content_sha256() != usual


def test_who_publishes_is_the_office_unless_the_product_names_another() -> None:
    product = load_product(FOLDER / "indicators.yml")
    columns = [
        {"name": name, "type": kind, "description": text} for name, kind, text in COLUMNS["indicators"]
    ]
    office, other = Contact(name="Stadt Musterstadt"), Contact(name="Jugendamt", email="amt@stadt.example")
    assert describe.describe(product, columns, DATASETS, office)["contact"]["name"] == office.name
    own = product.model_copy(update={"contact": other})
    assert describe.describe(own, columns, DATASETS, office)["contact"] == other.model_dump(mode="json")
