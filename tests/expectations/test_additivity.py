"""Sums of parts and of areas: exact, rounded, explained, tolerated, and not comparable."""

from __future__ import annotations

from tests.expectations.candidates import Candidate, population

LAND_M = {"area_code": "01", "sex_code": "M"}


def more(candidate: Candidate, by: float, **chosen: str) -> None:
    """Raise the one row chosen by so much."""
    for row in candidate.rows:
        if all(row[name] == value for name, value in chosen.items()):
            row["value"] += by


def test_exact_sums_pass(ask) -> None:
    assert (ask(population(), "additivity.sex").outcome, ask(population(), "additivity.sex").examined) == (
        "passed",
        33,
    )
    assert ask(population(), "additivity.laender").examined == 3
    assert ask(population(), "additivity.kreise").examined == 48


def test_a_part_that_does_not_fit_fails_and_says_by_how_much(ask) -> None:
    candidate = population()
    more(candidate, 7, area_code="01001", sex_code="F")
    check = ask(candidate, "additivity.sex")
    assert (check.outcome, check.found) == ("failed", 1)
    assert check.examples == (
        "01001 Kreis 01001 · measure persons · 2015-12-31: parts add to 2,032, the total says 2,025 "
        "(difference 7, allowed 0)",
    )
    assert "Teile ergeben 2.032, als Summe steht 2.025" in check.examples_de[0]


def test_kreise_that_do_not_add_to_their_land_fail(ask) -> None:
    candidate = population()
    more(candidate, -3, area_code="05001", sex_code="_T")
    check = ask(candidate, "additivity.kreise")
    assert (check.outcome, check.found) == ("failed", 1)
    assert "1 areas add to 2,102, published is 2,105 (difference -3, allowed 0)" in check.examples[0]


def test_laender_that_do_not_add_to_germany_fail(ask) -> None:
    candidate = population()
    more(candidate, 1, area_code="DG", sex_code="M")
    check = ask(candidate, "additivity.laender")
    assert (check.outcome, check.found) == ("failed", 1)
    assert "16 areas add to 17,360, published is 17,361" in check.examples[0]


def test_germany_is_not_compared_with_fewer_than_sixteen_laender(ask) -> None:
    candidate = population()
    candidate.drop(area_code="16")
    check = ask(candidate, "additivity.laender")
    assert (check.outcome, check.examined) == ("passed", 0)
    assert "3 not comparable" in check.observed


def test_a_sum_with_a_missing_part_is_not_compared(ask) -> None:
    candidate = population()
    candidate.change(
        {"area_code": "01001", "sex_code": "M"}, value=None, missing_reason="unknown_or_confidential"
    )
    sexes = ask(candidate, "additivity.sex")
    assert (sexes.outcome, sexes.examined) == ("passed", 32)
    kreise = ask(candidate, "additivity.kreise")
    assert (kreise.outcome, kreise.examined) == ("passed", 47)


def test_a_kreis_that_does_not_exist_is_no_missing_part(ask) -> None:
    candidate = population()
    gone = [dict(row) for row in candidate.rows if row["area_code"] == "01001"]
    for row in gone:
        row.update(area_code="01099", value=None, missing_reason="area_not_existing", obs_status="M")
    candidate.rows += gone
    check = ask(candidate, "additivity.kreise")
    assert (check.outcome, check.examined) == ("passed", 48)


def test_a_backcast_row_is_not_counted_twice(ask) -> None:
    candidate = population()
    candidate.types["is_backcast"] = "BOOLEAN"
    again = [
        dict(row, area_code="01098", is_backcast=True)
        for row in candidate.rows
        if row["area_code"] == "01001"
    ]
    candidate.rows += again
    assert ask(candidate, "additivity.kreise").outcome == "passed"
    for row in again:
        row["is_backcast"] = False
    assert ask(candidate, "additivity.kreise").outcome == "failed"


def test_with_a_register_a_land_with_an_absent_kreis_is_not_compared(ask) -> None:
    candidate = population()
    candidate.drop(area_code="03001")
    whole = population()
    more(candidate, 1, area_code="03", sex_code="M")
    check = ask(candidate, "additivity.kreise", register=whole)
    assert (check.outcome, check.examined) == ("passed", 45)


def region_of_niedersachsen(candidate: Candidate) -> Candidate:
    """The one Kreis of the Land becomes the whole of a Regierungsbezirk too."""
    of_land = [row for row in candidate.rows if row["area_code"] == "03"]
    candidate.rows += [
        dict(row, area_code="030", area_level="REGBEZ", area_name="Braunschweig") for row in of_land
    ]
    return candidate


def test_kreise_give_every_published_level_up_to_the_declared_one(ask) -> None:
    candidate = region_of_niedersachsen(population())
    check = ask(candidate, "additivity.kreise", register=candidate)
    assert (check.outcome, check.examined) == ("passed", 51)
    more(candidate, 1, area_code="030", sex_code="M")
    check = ask(candidate, "additivity.kreise", register=candidate)
    assert (check.outcome, check.found) == ("failed", 1)
    assert check.examples[0].startswith("030 ")


def test_areas_of_another_day_that_the_table_prints_are_whole(ask) -> None:
    """Region Hannover stands in the tables of 1995, before it was founded, and two Kreise do not."""
    candidate = population()
    register = population()
    renamed = [row for row in register.rows if row["area_code"] == "03001"]
    register.rows += [dict(row, area_code="03002") for row in renamed]
    for row in renamed:
        row["area_code"] = "03003"
    check = ask(candidate, "additivity.kreise", register=register)
    assert (check.outcome, check.examined) == ("passed", 48)
    more(candidate, 1, area_code="03", sex_code="M")
    assert ask(candidate, "additivity.kreise", register=register).found == 1


def test_rounding_of_the_source_widens_the_tolerance(ask) -> None:
    candidate = population()
    for row in candidate.rows:
        row["rounding_base"] = 5
    more(candidate, 6, area_code="01001", sex_code="F")  # two parts and a total, each off by 2 at most
    assert ask(candidate, "additivity.sex").outcome == "passed"
    more(candidate, 1, area_code="01001", sex_code="F")
    check = ask(candidate, "additivity.sex")
    assert check.outcome == "failed"
    assert "(difference 7, allowed 6)" in check.examples[0]


def test_a_difference_that_the_publisher_explains_warns_with_the_reason(ask) -> None:
    candidate = population()
    more(candidate, -4, area_code="10001", sex_code="_T")
    more(candidate, -4, area_code="11001", sex_code="_T")
    candidate.checks["areas"][1]["explained"] = [
        {"where": {"area_code": ["10", "11"]}, "since": "2010-12-31", "why": "Landesaufnahmestelle"}
    ]
    check = ask(candidate, "additivity.kreise")
    assert (check.outcome, check.found, check.excused) == ("warned", 2, 2)
    assert check.examples[0].endswith("– Landesaufnahmestelle")
    candidate.checks["areas"][1]["explained"][0]["since"] = "2016-12-31"
    assert ask(candidate, "additivity.kreise").outcome == "failed"


def test_what_a_gap_means_follows_from_its_size(ask) -> None:
    candidate = population(lambda code, sex: 800_000.0 if sex == "_T" else 400_000.0)
    more(candidate, 1, area_code="01001", sex_code="F")
    assert ask(candidate, "additivity.sex").outcome == "warned"
    more(candidate, 99, area_code="01001", sex_code="F")
    assert ask(candidate, "additivity.sex").outcome == "failed"


def test_a_gap_with_an_implausible_figure_in_it_is_told(ask) -> None:
    candidate = population()
    more(candidate, 90, area_code="01001", sex_code="F")
    candidate.change({"area_code": "01001", "sex_code": "F"}, obs_status="U")
    check = ask(candidate, "additivity.sex")
    assert (check.outcome, check.found) == ("noted", 1)


def test_an_explanation_covers_gaps_of_its_size_only(ask) -> None:
    candidate = population()
    more(candidate, -4, area_code="10001", sex_code="_T")
    candidate.checks["areas"][1]["explained"] = [
        {"where": {"area_code": "10"}, "why": "Landesaufnahmestelle"}
    ]
    assert ask(candidate, "additivity.kreise").outcome == "warned"
    candidate.checks["areas"][1]["explained"][0]["up_to"] = 1e-6
    assert ask(candidate, "additivity.kreise").outcome == "failed"


def test_a_difference_declared_as_warning_warns(ask) -> None:
    candidate = population()
    more(candidate, 1, area_code="01001", sex_code="F")
    candidate.checks["parts"][0]["severity"] = "warn"
    assert ask(candidate, "additivity.sex").outcome == "warned"


def test_a_sum_that_applies_to_nothing_is_pointed_out(ask) -> None:
    candidate = population()
    candidate.checks["parts"][0]["where"] = {"measure_code": "pupils"}
    check = ask(candidate, "additivity.sex")
    assert check.outcome == "warned"
    assert "stimmt die Angabe in der Produktdatei?" in check.observed_de


def rated() -> Candidate:
    """Amounts and amounts per head of 16 Länder with three Kreise each, and of Germany."""
    candidate = population()
    template = candidate.rows[0]
    candidate.rows = []
    candidate.grain = ["area_code", "period_key", "measure_code"]
    amounts: dict[str, tuple[float, float]] = {}
    for land in range(1, 17):
        for kreis in range(1, 4):
            heads = 10_000 * land + 1_000 * kreis
            amounts[f"{land:02d}{kreis:03d}"] = (heads * (15 + land / 7 + kreis / 3), heads)
    for land in {code[:2] for code in amounts}:
        own = [found for code, found in amounts.items() if code[:2] == land]
        amounts[land] = (sum(a for a, _ in own), sum(h for _, h in own))
    laender = [found for code, found in amounts.items() if len(code) == 2]
    amounts["DG"] = (sum(a for a, _ in laender), sum(h for _, h in laender))
    for code, (amount, heads) in sorted(amounts.items()):
        level = "DE" if code == "DG" else "LAND" if len(code) == 2 else "KREIS"
        for measure, value in (("amount", float(round(amount))), ("per_head", round(1000 * amount / heads))):
            candidate.rows.append(
                {**template, "area_code": code, "area_level": level, "area_name": f"Gebiet {code}",
                 "measure_code": measure, "sex_code": "_T", "value": float(value)}
            )  # fmt: skip
    candidate.checks = {
        "rates": [
            {"id": f"per_head_{children.lower()}", "title_de": "Je Kopf", "title_en": "Per head",
             "children": children, "parents": parents, "rate": {"measure_code": "per_head"},
             "count": {"measure_code": "amount"}, "rate_unit": 1, "count_unit": 1}
            for children, parents in (("KREIS", "LAND"), ("LAND", "DE"))
        ]
    }  # fmt: skip
    return candidate


def test_a_land_without_regierungsbezirke_has_no_sum_of_them(ask) -> None:
    """An office of Schleswig-Holstein is not asked whether its declaration is right."""
    candidate = population()
    candidate.rows = [row for row in candidate.rows if str(row["area_code"]).startswith("01")]
    candidate.checks["areas"][0] |= {"parents": "REGBEZ"}
    name = f"additivity.{candidate.checks['areas'][0]['id']}"
    register = population()
    assert ask(candidate, name, register=register).outcome == "noted"
    pattern = next(row for row in register.rows if row["area_level"] == "KREIS")
    register.rows.append(pattern | {"area_code": "051", "area_level": "REGBEZ"})
    assert ask(candidate, name, register=register).outcome == "noted"
    register.rows.append(pattern | {"area_code": "010", "area_level": "REGBEZ"})
    assert ask(candidate, name, register=register).outcome == "warned"


def test_rates_of_areas_are_the_rate_of_the_area_around_them(ask) -> None:
    kreise, laender = (ask(rated(), f"additivity.per_head_{level}") for level in ("kreis", "land"))
    assert (kreise.outcome, kreise.examined, laender.outcome, laender.examined) == ("passed", 16, "passed", 1)


def test_a_rate_that_is_off_by_a_hundredth_breaks_that_of_its_land(ask) -> None:
    candidate = rated()
    more(candidate, 200, area_code="05002", measure_code="per_head")
    check = ask(candidate, "additivity.per_head_kreis")
    assert (check.outcome, check.found) == ("failed", 1)
    assert "3 areas give 16,451.41, published is 16,385" in check.examples[0]
    assert ask(candidate, "additivity.per_head_land").outcome == "passed"


def test_a_rate_that_is_marked_is_told_and_stops_nothing(ask) -> None:
    candidate = rated()
    more(candidate, 200, area_code="05002", measure_code="per_head")
    candidate.change({"area_code": "05002", "measure_code": "per_head"}, obs_status="U")
    assert ask(candidate, "additivity.per_head_kreis").outcome == "noted"


def test_a_land_with_a_kreis_without_a_rate_is_not_compared(ask) -> None:
    candidate = rated()
    candidate.change(
        {"area_code": "05002", "measure_code": "per_head"},
        value=None,
        missing_reason="unknown_or_confidential",
    )
    check = ask(candidate, "additivity.per_head_kreis")
    assert (check.outcome, check.examined) == ("passed", 15)


def test_only_measured_cells_may_be_off_where_the_product_says_so(ask) -> None:
    candidate = population()
    entry = next(one for one in candidate.checks["parts"] if one["id"] == "sex")
    more(candidate, 1, area_code="01001", sex_code="F")
    entry["tolerance_per_cell"] = 0.5
    assert ask(candidate, "additivity.sex").outcome == "passed"
    entry["tolerance_where"] = {"measure_code": ["full_time_equivalents"]}
    assert ask(candidate, "additivity.sex").outcome == "failed"
