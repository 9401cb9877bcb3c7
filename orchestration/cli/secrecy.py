"""`planstat disclosure …`: thin over the planner, the auditor and their use on any CSV.

Where a command takes WHAT, a product's name means its candidate or current edition, a path published files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sources.foundation.told import Language, Phrase, Told, figure, said

from ..resources import Paths, Settings
from .display import plain_table

if TYPE_CHECKING:
    from rich.console import Console

    from exports.disclosure.declaration import Demand
    from exports.disclosure.planning import Context
    from exports.disclosure.universe import Universe

_TITLES = {
    "products": Phrase("Produkte", "products"),
    "name": Phrase("Name", "name"),
    "cells": Phrase("veröffentlichte Felder", "cells"),
    "equations": Phrase("Gleichungen", "equations"),
    "primary": Phrase("wegen einer Regel gesperrt (primär)", "primary"),
    "secondary": Phrase("zum Schutz anderer gesperrt (sekundär)", "secondary"),
    "unknown": Phrase("Summen mit Teilen, welche die Quelle geheim hält", "unknown"),
    "hidden": Phrase("gesperrt", "hidden"),
    "withdrawn": Phrase("früher veröffentlicht oder daraus errechenbar, jetzt gesperrt", "withdrawn"),
    "value_hidden_percent": Phrase("gesperrter Anteil aller gezeigten Werte in %", "value_hidden_percent"),
    "value_hidden_share": Phrase("gesperrter Anteil aller gezeigten Werte", "value_hidden_share"),
    "objective": Phrase("Kosten", "objective"),
    "lower_bound": Phrase("untere Schranke der Kosten", "lower_bound"),
    "lower_bound_of": Phrase("was die Schranke umfasst", "lower_bound_of"),
    "hidden_in_any_case": Phrase("Kosten dessen, was ohnehin gesperrt ist", "hidden_in_any_case"),
    "gap": Phrase("höchster Abstand von der besten Lösung (Anteil)", "gap"),
    "gap_percent": Phrase("höchster Abstand von der besten Lösung in %", "gap_percent"),
    "rounds": Phrase("Runden von Angriff und Ausbesserung", "rounds"),
    "levels": Phrase("Angriffe", "levels"),
    "provably_small": Phrase("nachweislich kleine gesperrte Felder", "provably_small"),
    "earlier_editions": Phrase("bereits veröffentlichte Ausgaben", "earlier_editions"),
    "outdated_numbers": Phrase("davon überholte Zahlen", "outdated_numbers"),
    "remaining_risks": Phrase("verbleibendes Wissen", "remaining_risks"),
    "notes": Phrase("Anmerkungen", "notes"),
    "seconds": Phrase("Sekunden", "seconds"),
}
_SUMMARY = (
    *("products", "cells", "primary", "secondary", "withdrawn", "value_hidden_percent"),
    *("gap_percent", "levels", "provably_small", "earlier_editions", "outdated_numbers"),
)
_NO_DATA = Phrase("{name}: noch keine Daten", "{name}: no data yet")
_REPORT = Phrase("vertraulicher Bericht: {path}\n", "confidential report: {path}\n")
_HEADS = (
    Phrase("Felder", "cells"),
    Phrase("Regel", "rule"),
    Phrase("andere", "others"),
    Phrase("Wert %", "value %"),
    Phrase("gebrochen", "broken"),
    Phrase("gezeigt", "shown"),
)
_NO_PLAN = Phrase("kein sicherer Plan", "no safe plan")
_COMPARED = Phrase(
    "Jede Zeile ist geplant, als wäre noch nichts veröffentlicht. Regel, andere: Felder, die eine Regel "
    "sperrt und die zu deren Schutz gesperrt sind; Wert: gesperrter Anteil aller gezeigten Werte; gebrochen: "
    "gesperrte Felder, die ein Angreifer der Festlegung errechnet; gezeigt: Felder, welche die Festlegung "
    "nach einer Regel sperrt. Vertraulich, für die oder den Datenschutzbeauftragten: {path}\n",
    "Each line is planned as if nothing were public yet. rule, others: cells hidden by a rule, and to "
    "protect these; value: share of all shown values that is hidden; broken: hidden cells computed by an "
    "attacker of the policy as decided; shown: cells that the policy as decided hides by a rule. "
    "Confidential, for the data protection officer in German: {path}\n",
)
_ATTACKED = Phrase(
    "{folder}: {cells} Felder aus dieser und {earlier} früheren Ausgaben, {hidden} hier gesperrt, "
    "{equations} Gleichungen, {programs} lineare Programme",
    "{folder}: {cells} cells of this and {earlier} earlier editions, {hidden} hidden here, "
    "{equations} equations, {programs} linear programs",
)
_NO_NOISE = Phrase(
    "Überlagerung (cell-key) ist nicht versucht: sie braucht PLANSTAT_DISCLOSURE_SECRET",
    "cell-key noise is not tried: it needs PLANSTAT_DISCLOSURE_SECRET",
)
_FITS = Phrase(
    "das Zertifikat gilt für genau diese Dateien", "the certificate speaks about exactly these files"
)
_NONE = Phrase("keine", "none")
_NOT_KNOWN = Phrase("nicht bekannt", "not known")


def print_plans(
    settings: Settings,
    products: Sequence[str],
    console: Console,
    language: Language,
    *,
    side_by_side: bool = False,
) -> None:
    """Plan the universes of these products (all without a name), keep the confidential record, tell it.

    `side_by_side`: tell what each demand of the policy costs, and keep that alone (`vergleich.md`).

    Raises DeclarationError for a product without a policy, and what the planner raises.
    """
    from exports.disclosure.declaration import DeclarationError
    from exports.disclosure.planning import Context, plan
    from exports.disclosure.record import keep_record
    from exports.disclosure.universe import by_universe, load_universe, load_universes
    from exports.products import load_products

    load_universes()
    declared = load_products()
    universes = by_universe(declared)
    unknown = sorted(set(products) - {name for names in universes.values() for name in names})
    if unknown:
        names = ", ".join(unknown)
        raise DeclarationError(
            Told(
                f"{names}: no product of this name has a policy",
                f"{names}: kein Produkt dieses Namens hat eine Festlegung",
            )
        )
    chosen = [name for name, members in universes.items() if not products or set(products) & set(members)]
    for name in chosen:
        universe = load_universe(name)
        folder = settings.paths.disclosure / name
        known = _known(settings.paths)
        context = Context.of(universe, tuple(declared.values()), known, folder, settings.secret)
        try:
            if side_by_side:
                _print_choices(universe, settings.paths.warehouse, context, console, language)
                continue
            planned = plan(settings.paths.warehouse, context)
        except DeclarationError as error:
            if "nothing is to be protected" not in str(error):
                raise
            console.print(_NO_DATA.say(language, name=name), markup=False)
            continue
        summary = keep_record(planned, folder)
        table = plain_table(name, "")
        for key in _SUMMARY:
            table.add_row(_TITLES[key].say(language), _plain(summary[key], language))
        console.print(table)
        console.print(_REPORT.say(language, path=folder / "bericht.md"), markup=False)


def _print_choices(
    universe: Universe, warehouse: Path, context: Context, console: Console, language: Language
) -> None:
    from exports.disclosure.compare import compare, in_german
    from exports.files import private_folder
    from sources.foundation.files import write_text

    table = plain_table(universe.name, *(head.say(language) for head in _HEADS))
    lines = compare(warehouse, context)
    for line in lines:
        numbers = (line.cells, line.by_rule, line.for_others, line.value_hidden_percent)
        told = [figure(n, language) for n in (*numbers, line.broken, line.sensitive_shown)]
        none = [_NO_PLAN.say(language), *[""] * 5]
        table.add_row(getattr(line.choice, language), *(none if line.refused else told))
    console.print(table)
    assert context.confidential is not None
    page = private_folder(context.confidential) / "vergleich.md"
    write_text(page, in_german(universe.title_de, lines), mode=0o600)
    console.print(_COMPARED.say(language, path=page), markup=False)


def print_audit(
    settings: Settings,
    what: str,
    declaration: Path | None,
    certificate: Path | None,
    console: Console,
    language: Language,
) -> bool:
    """Attack a product or published files; True when nothing was broken."""
    if Path(what).exists() and declaration is not None:
        from exports.disclosure.standalone import audit

        report = audit(Path(what), declaration)
        console.print(report.in_words(language), markup=False)
        if certificate is not None:
            report.certificate.write(certificate)
        return report.passed
    from exports.disclosure.auditor.earlier import DECLARATION, read_declaration
    from exports.disclosure.auditor.edition import audit_edition
    from exports.disclosure.record import read_outdated
    from exports.disclosure.standalone import attack_in_words
    from exports.release import remembered

    folder = _folder(settings.paths, what)
    content, _ = read_declaration(folder / DECLARATION)
    outdated = read_outdated(settings.paths.disclosure / str(content["universe"]))
    known = _known(settings.paths)
    seen = remembered(known, str(content.get("family", content["universe"])), settings.memory)
    result, found = audit_edition(folder, known, _demand(content), outdated, remembered=seen)
    head = _ATTACKED.say(
        language,
        folder=folder,
        cells=found.cells,
        earlier=len(found.earlier or {}),
        hidden=found.hidden,
        equations=result.equations,
        programs=result.programs,
    )
    console.print("\n".join([head, *attack_in_words(result, found, language)]), markup=False)
    return found.passed


def print_reason(
    settings: Settings, what: str, cell: Sequence[str], console: Console, language: Language
) -> None:
    """Why a cell is hidden: its rule, or what could be computed if it were shown."""
    from exports.disclosure.declaration import DeclarationError

    wrong = [part for part in cell if "=" not in part]
    if wrong:
        raise DeclarationError(
            Told(
                f"{wrong[0]!r}: name a cell by dimension=code, for example sex=F",
                f"{wrong[0]!r}: ein Feld wird mit Dimension=Code genannt, zum Beispiel sex=F",
            )
        )
    codes = dict(part.split("=", 1) for part in cell)
    if (Path(what) / "confidential").is_dir():
        from exports.disclosure.standalone import explain

        console.print(explain(Path(what), codes).say(language), markup=False)
        return
    from exports.disclosure.auditor.earlier import DECLARATION, read_declaration
    from exports.disclosure.standalone import explain_product

    folder = _folder(settings.paths, what)
    content, _ = read_declaration(folder / DECLARATION)
    record = settings.paths.disclosure / str(content["universe"])
    known = _known(settings.paths)
    told = explain_product(folder, record, known, _demand(content), codes)
    console.print(told.say(language), markup=False)


def print_protection(
    settings: Settings, table: Path, config: Path, out: Path, console: Console, language: Language
) -> None:
    """Protect a CSV of leaf counts and say what came of it."""
    from exports.disclosure.standalone import protect

    for key, value in protect(table, config, out, secret=settings.secret).items():
        told = _plain(value, language) if language == "de" else value
        console.print(f"{_TITLES[key].say(language)}: {told}", markup=False)


def print_coarser(
    settings: Settings, table: Path, config: Path, console: Console, language: Language
) -> None:
    """Say which coarser versions of a CSV can be protected, most detailed first, and noise beside them."""
    from exports.disclosure.standalone import coarsen

    for place, attempt in enumerate(coarsen(table, config, secret=settings.secret), start=1):
        console.print(f"{place}. {attempt.say(language)}", markup=False)
    if not settings.secret:
        console.print(_NO_NOISE.say(language), markup=False)


def print_certificate(published: Path, console: Console, language: Language) -> bool:
    """Whether the certificate in a folder speaks about exactly the files there."""
    from exports.disclosure.auditor.certificate import check_certificate
    from exports.disclosure.auditor.edition import certificate_problems
    from sources.foundation.editions import CERTIFICATE

    if (published / CERTIFICATE).exists():
        problems = certificate_problems(published)
    else:
        problems = check_certificate(
            published / "certificate.json", published, published / "declaration.json"
        )
    told = "\n".join(said(problem, language) for problem in problems)
    console.print(told or _FITS.say(language), markup=False)
    return not problems


def _folder(paths: Paths, what: str) -> Path:
    """The folder of a product: its candidate, else its current edition; or the folder itself."""
    from exports.disclosure.declaration import DeclarationError

    roots = (paths.candidates / what, paths.releases / what / "current", paths.internal / what / "current")
    for folder in (Path(what), *roots):
        if (folder / "disclosure.json").is_file():
            return folder
    raise DeclarationError(
        Told(
            f"{what}: neither a folder with published files (give --declaration) nor a protected product "
            "with a candidate or an edition; `planstat run` builds it",
            f"{what}: weder ein Ordner mit veröffentlichten Dateien (mit --declaration) noch ein geschütztes "
            "Produkt mit Kandidat oder Ausgabe; `planstat run` baut es",
        )
    )


def _demand(content: Mapping[str, object]) -> Demand:
    """What the policy as decided demands of the product that a `disclosure.json` is about."""
    from exports.disclosure.universe import demand_of, load_universe
    from exports.products import load_products

    return demand_of(load_universe(str(content["universe"])), load_products()[str(content["product"])])


def _known(paths: Paths) -> tuple[Path, ...]:
    """What an attacker knows: public editions, and as a reader of internal ones these too."""
    return (paths.releases, paths.internal)


def _plain(value: object, language: Language) -> str:
    if isinstance(value, dict):
        if language == "de":
            from exports.disclosure.auditor.certificate import level_in_german

            return "; ".join(level_in_german(name, outcome) for name, outcome in value.items())
        return ", ".join(f"{name} {outcome}" for name, outcome in value.items())
    if isinstance(value, list):
        return ", ".join(said(one, language) for one in value) or _NONE.say(language)
    if isinstance(value, float):
        return figure(value, language)
    return _NOT_KNOWN.say(language) if value is None else said(value, language)
