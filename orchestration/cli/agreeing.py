"""`planstat query | explain agreement, goals, offers`: what was agreed, done, reached, and what there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dbt_project.vocabulary import meaning, written
from sources.foundation.told import Phrase, day_in

from .asking.agreement import LISTED, REPORTED, agreement, agreements, goal, goals, offers
from .asking.labels import label_of
from .asking.own import CONFIDENTIAL
from .display import plain_table
from .language import Language
from .projecting import csv_text, years_of

if TYPE_CHECKING:
    from rich.console import Console

    from ..resources import Paths

_AGREEMENTS = (
    Phrase("Nr.", "no."), Phrase("Vereinbarung", "agreement"), Phrase("Träger", "provider"),
    Phrase("Jahr", "year"), Phrase("erbracht", "done"), Phrase("erreicht", "reached"),
    Phrase("Ziele", "goals"), Phrase("Urteil", "conclusion"),
)  # fmt: skip
_GOALS = (
    Phrase("Ziel", "goal"), Phrase("Kennzahl", "figure"), Phrase("Gebiet", "area"),
    Phrase("Ausgang", "baseline"), Phrase("Stand", "now"), Phrase("Zielwert", "target"),
    Phrase("Stichtag", "date"), Phrase("Urteil", "status"),
)  # fmt: skip
_OFFERS = (
    Phrase("Angebot", "offer"), Phrase("Einrichtung", "facility"), Phrase("Zielgruppe", "target group"),
    Phrase("Plätze", "places"), Phrase("niedrigschwellig", "low threshold"), Phrase("Zeile", "line"),
)  # fmt: skip
_REPORT = Phrase(
    "{output} {year}: {done} von {agreed} {unit}, {reached} erreicht, {spending} Euro; {file} Zeile {line}",
    "{output} {year}: {done} of {agreed} {unit}, {reached} reached, {spending} euros; {file} line {line}",
)
_LISTED = Phrase(
    "Vereinbarung {id}: {title}; {provider}, {basis}, {start} bis {end}, Budget {budget} Euro,"
    " erbracht ab {from_pct} %; {file} Zeile {line}",
    "agreement {id}: {title}; {provider}, {basis}, {start} to {end}, budget {budget} euros,"
    " done from {from_pct} %; {file} line {line}",
)
_CONCLUSION = Phrase("Urteil: {words}", "conclusion: {words}")
_GOAL = Phrase(
    "Ziel {id}: {title}; von {start} auf {target} bis {due}; {value} am {day}: {status}{peers}; {source}",
    "goal {id}: {title}; from {start} to {target} by {due}; {value} on {day}: {status}{peers}; {source}",
)
_PEERS = Phrase(", {number} Vergleichsgebiete im Median {change}", ", median of {number} peers {change}")
_COVER = Phrase(
    "Deckung von {step} bei der Quote {rate} im Szenario {scenario}: planstat query need --area {area}",
    "cover of {step} at the rate {rate} under {scenario}: planstat query need --area {area}",
)
_FROM = Phrase("Listen: {files}", "Lists: {files}")


def print_agreements(
    paths: Paths, name: str | None, period: str | None, as_csv: bool, console: Console, language: Language
) -> None:
    """All agreements, or one down to the lines of its forms and the receipts of its goals."""
    if name is not None:
        _print_agreement(paths, name, period, console, language)
        return
    found = agreements(paths.warehouse)
    if as_csv:
        console.print(csv_text(found), end="", markup=False, soft_wrap=True)
        return
    table = plain_table(*(head.say(language) for head in _AGREEMENTS))
    for row in found:
        table.add_row(
            row["agreement_id"], row["agreement_title"], row["provider"], f"{row['report_year']}",
            _number(row["done_pct"], language) + (" %" if row["done_pct"] is not None else ""),
            _number(row["persons_reached"], language), row["goal_ids"] or "",
            meaning("conclusion", row["conclusion"], language),
        )  # fmt: skip
    console.print(table)
    console.print(CONFIDENTIAL.say(language), markup=False)


def _print_agreement(
    paths: Paths, name: str, period: str | None, console: Console, language: Language
) -> None:
    years = years_of(period)
    found = agreement(paths.warehouse, name, years[0] if years else None)
    row, files = found.row, found.files

    def file_of(name: str) -> str:
        delivered = files.get(name)
        return "" if delivered is None else f"{delivered['file_name']} (sha256 {delivered['sha256'][:12]}…)"

    console.print(
        _LISTED.say(
            language,
            id=row["agreement_id"],
            title=row["agreement_title"],
            provider=row["provider"],
            basis=label_of("agreement_basis", row["agreement_basis_code"], language),
            start=day_in(row["agreed_from"], language),
            end=day_in(row["agreed_to"], language),
            budget=_number(row["budget_eur"], language),
            from_pct=row["done_from_pct"],
            file=file_of(LISTED),
            line=row["source_line"],
        ),
        markup=False,
    )
    console.print(
        _CONCLUSION.say(language, words=meaning("conclusion", row["conclusion"], language)), markup=False
    )
    for one in found.reports:
        console.print(
            _REPORT.say(
                language,
                output=one["output_name"],
                year=one["report_year"],
                done=_number(one["done_quantity"], language),
                agreed=_number(one["agreed_quantity"], language),
                unit=label_of("output_unit", one["output_unit_code"], language),
                reached=_number(one["persons_reached"], language),
                spending=_number(one["spending_eur"], language),
                file=file_of(REPORTED),
                line=one["source_line"],
            ),
            markup=False,
        )
    for reached in found.goals:
        _print_goal(reached, console, language)
    for receipt in found.receipts:
        console.print()
        for line in receipt.lines(language):
            console.print(f"  {line}", markup=False)
    console.print(CONFIDENTIAL.say(language), markup=False)


def print_goals(
    paths: Paths, name: str | None, period: str | None, as_csv: bool, console: Console, language: Language
) -> None:
    """Where all goals stand, those of an area (by its code), or one goal with the receipt of its figure."""
    every = goals(paths.warehouse)
    if name is not None and name not in {row["area_code"] for row in every}:
        reached, receipts = goal(paths.warehouse, name)
        _print_goal(reached, console, language)
        for receipt in receipts:
            console.print()
            for line in receipt.lines(language):
                console.print(f"  {line}", markup=False)
        return
    found = [row for row in every if name in (None, row["area_code"])]
    if as_csv:
        console.print(csv_text(found), end="", markup=False, soft_wrap=True)
        return
    table = plain_table(*(head.say(language) for head in _GOALS))
    for row in found:
        table.add_row(
            f"{row['goal_id']} {row[f'title_{language}']}", row["indicator_id"] or row["need_step_code"],
            row["area_name"] or row["area_code"], _number(row["baseline_value"], language),
            _number(row["value"], language), _number(row["target"], language),
            day_in(row["reference_date"], language), _status(row, language),
        )  # fmt: skip
    console.print(table)
    if any(row["is_confidential"] for row in found):
        console.print(CONFIDENTIAL.say(language), markup=False)


def _print_goal(row: Mapping[str, Any], console: Console, language: Language) -> None:
    peers = (
        ""
        if row["peer_change"] is None
        else _PEERS.say(
            language, number=row["peers_measured"], change=written(row["peer_change"], "+.2f", language)
        )
    )
    line = f" {row['source_line']}" if row["source_line"] is not None else ""
    console.print(
        _GOAL.say(
            language,
            id=row["goal_id"],
            title=row[f"title_{language}"],
            start=_number(row["baseline_value"], language),
            target=_number(row["target"], language),
            due=day_in(row["due"], language),
            value=_number(row["value"], language),
            day=day_in(row["reference_date"], language),
            status=_status(row, language),
            peers=peers,
            source=f"{row['goal_source']}{line}",
        ),
        markup=False,
    )
    if row["need_step_code"] is not None:
        console.print(
            _COVER.say(
                language,
                step=label_of("need_step", row["need_step_code"], language),
                rate=row["demand_id"],
                scenario=row["scenario_id"],
                area=row["area_code"],
            ),
            markup=False,
        )


def _status(row: Mapping[str, Any], language: Language) -> str:
    words = meaning("outcome_status", row["status"], language)
    if row["status_reason"] != "none":
        words += f" ({meaning('outcome_reason', row['status_reason'], language)})"
    return words


def print_offers(
    paths: Paths, name: str | None, period: str | None, as_csv: bool, console: Console, language: Language
) -> None:
    """The offers of an area, each with the line of its list."""
    place, found = offers(paths.warehouse, name or "")
    if as_csv:
        console.print(csv_text(found), end="", markup=False, soft_wrap=True)
        return
    console.print(f"{place['area_name']} ({place['area_code']})", markup=False)
    table = plain_table(*(head.say(language) for head in _OFFERS))
    for row in found:
        low = row["low_threshold_code"]
        table.add_row(
            label_of("offer_kind", row["offer_kind_code"], language), row["facility_name"],
            label_of("target_group", row["target_group_code"], language), _number(row["places"], language),
            "" if low is None else label_of("low_threshold", low, language), f"{row['source_line']}",
        )  # fmt: skip
    console.print(table)
    files = dict.fromkeys(
        f"{row['dataset_id']}, {row['file_name']} (sha256 {row['sha256'][:12]}…)"
        for row in found
        if row["sha256"]
    )
    console.print(_FROM.say(language, files="; ".join(files)), markup=False)


def _number(value: float | None, language: Language) -> str:
    if value is None:
        return "–"
    text = written(value, ".2f", language)
    return text.rstrip("0").rstrip(",.") if float(value) % 1 else written(value, ".0f", language)


AGREED: Mapping[str, Callable[..., None]] = {
    "agreement": print_agreements,
    "goals": print_goals,
    "offers": print_offers,
}
"""What `query` and `explain` are asked for beside figures; named: an agreement, a goal or area, an area."""


def print_agreed(
    what: str,
    paths: Paths,
    names: Sequence[str],
    period: str | None,
    as_csv: bool,
    console: Console,
    language: Language,
) -> None:
    """Each that is named, or all there is."""
    for name in names or (None,):
        AGREED[what](paths, name, period, as_csv, console, language)
