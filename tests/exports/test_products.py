"""Product files are read strictly, and every error says where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.products import FOLDER, UNNAMED, Geometry, ProductError, load_office, load_product, load_products

GOOD = """\
product: demo
title_de: Probe
title_en: Sample
description: Ein Produkt, mit dem geprüft wird.
description_en: A product for testing with.
relation: mart_demo
grain: [area_code, period_key]
order_by: [area_code]
contact:
  name: Amt
"""


def written(folder: Path, text: str, name: str = "demo.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_products_publish_marts_and_draw_maps_of_the_kreise() -> None:
    products = load_products()
    without_map = {
        "area_profile",
        "indicators_wide",
        "good_practice",
        "outcome",
        "peer_ring",
        "projection",
        "social_index",
        "structural_peers",
        "offers_by_area",
        "school_catchments",
        "catchment_areas",
    }
    without_map |= {
        name for name, product in products.items() if product.disclosure and product.disclosure.policy
    }
    assert set(products) - without_map == {
        "areas",
        "care",
        "census_2011",
        "childcare",
        "education",
        "elections",
        "housing",
        "income",
        "indicators",
        "labour_market",
        "land_area",
        "land_use",
        "migration",
        "municipalities",
        "need_care",
        "need_childcare",
        "need_school",
        "offers",
        "population",
        "protection_seekers",
        "school_index",
        "social_benefits",
        "structure",
        "vital_events",
        "vocational_schools",
    }
    for name, product in products.items():
        assert product.relation.startswith("mart_")
        assert (product.geometry is None) == (name in without_map)
        if product.geometry:
            # figures are carried; of Gemeinden, and of years to come, each stands on its own outline alone
            is_carried = (
                bool(product.geometry.value) and not name.startswith("need_") and name != "municipalities"
            )
            assert is_carried == bool(product.geometry.converted_by)
        assert bool(product.geometry and product.geometry.point) == (name == "offers")
        assert set(product.order_by) <= set(product.grain) | {"area_level"}


def test_a_product_cannot_be_changed_after_reading(tmp_path: Path) -> None:
    product = load_product(written(tmp_path, GOOD))
    with pytest.raises(ValueError, match="frozen"):
        product.title_de = "anders"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("relation: mart_demo", "relation: mart_demo\ncolour: red"), 7, r"colour: unknown key"),
        (("title_en: Sample\n", ""), 1, r"title_en: is missing"),
        (
            ("grain: [area_code, period_key]", "grain: [area_code, area_code]"),
            7,
            "names area_code more than once",
        ),
        (("  name: Amt", "  name: Amt\n  fax: 1"), 11, r"contact.fax: unknown key"),
        (("relation: mart_demo", "relation: mart demo; drop"), 6, r": relation: "),
        (("product: demo", "product: ../demo"), 1, "lower case letters"),
        (("order_by: [area_code]", "order_by: []"), 8, r": order_by: "),
        (("order_by: [area_code]", "order_by: [area_code]\nsums: {Sum 1: {}}"), 9, "starting with a letter"),
        (("order_by: [area_code]", "order_by: [area_code]\ncadence: SOMETIMES"), 9, r": cadence: "),
        (
            (
                "order_by: [area_code]",
                "order_by: [area_code]\ngeometry: {value: value}",
            ),
            9,
            "`value` and `by` go together",
        ),
        (
            (
                "order_by: [area_code]",
                "order_by: [area_code]\ngeometry: {value: value, by: unit, converted_by: demo_on}",
            ),
            1,
            "`geometry.converted_by` is for products that `disclosure` exempts",
        ),
    ],
)
def test_an_error_names_file_line_and_key(
    tmp_path: Path, change: tuple[str, str], line: int, words: str
) -> None:
    path = written(tmp_path, GOOD.replace(*change))
    with pytest.raises(ProductError, match=words) as caught:
        load_product(path)
    assert f"{path}:{line}: " in str(caught.value)


def test_unreadable_yaml_names_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("grain: [area_code, period_key]", "grain: [area_code"))
    with pytest.raises(ProductError, match=r"demo\.yml:\d+: broken YAML"):
        load_product(path)


def test_a_key_given_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProductError, match=r"demo\.yml:11: product: given twice \(first in line 1\)"):
        load_product(written(tmp_path, GOOD + "product: demo\n"))


@pytest.mark.parametrize("code", ["01001", '"01001"'])
def test_an_area_code_is_the_text_that_is_written(tmp_path: Path, code: str) -> None:
    """As a number it would be compared with nothing, and the check would pass."""
    checks = f"checks:\n  anchors:\n    - where: {{area_code: {code}, reference_date: 2016-03-01}}\n"
    product = load_product(written(tmp_path, GOOD + checks))
    assert product.checks == {"anchors": [{"where": {"area_code": "01001", "reference_date": "2016-03-01"}}]}


def test_a_list_is_no_product(tmp_path: Path) -> None:
    with pytest.raises(ProductError, match=r"demo\.yml:1: a mapping of keys to values is expected"):
        load_product(written(tmp_path, "- demo\n"))


def test_file_and_product_have_one_name(tmp_path: Path) -> None:
    with pytest.raises(ProductError, match=r"other\.yml:1: product: says 'demo'"):
        load_product(written(tmp_path, GOOD, "other.yml"))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ProductError, match="there is no such file"):
        load_product(tmp_path / "none.yml")


def test_all_errors_of_a_folder_come_at_once(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("title_de", "titel"))
    written(tmp_path, GOOD, "other.yml")
    with pytest.raises(ProductError) as caught:
        load_products(tmp_path)
    assert "demo.yml" in str(caught.value)
    assert "other.yml" in str(caught.value)
    with pytest.raises(ProductError, match="holds no product file"):
        load_products(tmp_path / "empty")


def test_one_column_may_stand_alone_in_by() -> None:
    layout = Geometry(value="value", by="indicator_id")  # type: ignore[arg-type]
    assert layout.by == ("indicator_id",)
    assert layout.columns() == {
        "area_code",
        "area_level",
        "area_key",
        "reference_date",
        "indicator_id",
        "value",
    }


def test_shipped_files_say_nothing_that_a_town_would_have_to_correct() -> None:
    for path in FOLDER.glob("*.yml"):
        assert "planstat" not in path.read_text(encoding="utf-8")


def test_who_publishes_is_written_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "office.yml"
    assert load_office(file) == UNNAMED
    file.write_text("name: Stadt Musterstadt\nemail: planung@musterstadt.example\n", encoding="utf-8")
    office = load_office(file)
    assert (office.name, office.email, office.url) == (
        "Stadt Musterstadt",
        "planung@musterstadt.example",
        None,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: Stadt\nmail: x@y.de\n", r"office.yml:2: mail: unknown key"),
        ("email: x@y.de\n", r"office.yml:1: name: is missing"),
        ("- Stadt\n", r"office.yml:1: a mapping of keys to values is expected"),
        ("name: [\n", r"office.yml:2: broken YAML"),
    ],
)
def test_a_wrong_file_of_the_office_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "office.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProductError, match=words):
        load_office(file)
