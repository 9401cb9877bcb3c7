"""`planstat disclosure …`: thin over the planner, the auditor and their use on any CSV.

Where a command takes WHAT, a product's name means its candidate or current edition, a path published files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..resources import Paths, Settings
from .display import plain_table

if TYPE_CHECKING:
    from rich.console import Console

    from exports.disclosure.declaration import Demand
    from exports.disclosure.planning import Context
    from exports.disclosure.universe import Universe


def tell_plans(
    settings: Settings, products: Sequence[str], console: Console, *, side_by_side: bool = False
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
        raise DeclarationError(f"{', '.join(unknown)}: no product of this name has a policy")
    chosen = [name for name, members in universes.items() if not products or set(products) & set(members)]
    for name in chosen:
        universe = load_universe(name)
        folder = settings.paths.disclosure / name
        known = _known(settings.paths)
        context = Context.of(universe, tuple(declared.values()), known, folder, settings.secret)
        try:
            if side_by_side:
                _tell_choices(universe, settings.paths.warehouse, context, console)
                continue
            planned = plan(settings.paths.warehouse, context)
        except DeclarationError as error:
            if "nothing is to be protected" not in str(error):
                raise
            console.print(f"{name}: no data yet", markup=False)
            continue
        summary = keep_record(planned, folder)
        table = plain_table(name, "")
        for key in (
            *("products", "cells", "primary", "secondary", "withdrawn", "value_hidden_percent"),
            *("gap_percent", "levels", "provably_small", "earlier_editions", "outdated_numbers"),
        ):
            table.add_row(key, _plain(summary[key]))
        console.print(table)
        console.print(f"confidential report: {folder / 'bericht.md'}\n", markup=False)


def _tell_choices(universe: Universe, warehouse: Path, context: Context, console: Console) -> None:
    from exports.disclosure.compare import compare, in_german
    from exports.files import private_folder
    from sources.foundation.files import write_text

    heads = ("cells", "rule", "others", "value %", "broken", "shown")
    table = plain_table(universe.name, *heads)
    lines = compare(warehouse, context)
    for line in lines:
        numbers = (line.cells, line.by_rule, line.for_others, line.value_hidden_percent)
        told = [f"{n:g}" for n in (*numbers, line.broken, line.sensitive_shown)]
        table.add_row(line.choice.en, *(["no safe plan", *[""] * 5] if line.refused else told))
    console.print(table)
    assert context.confidential is not None
    page = private_folder(context.confidential) / "vergleich.md"
    write_text(page, in_german(universe.title_de, lines), mode=0o600)
    console.print(
        "Each line is planned as if nothing were public yet. rule, others: cells hidden by a rule, and to "
        "protect these; value: share of all shown values that is hidden; broken: hidden cells computed by an "
        "attacker of the policy as decided; shown: cells that the policy as decided hides by a rule. "
        f"Confidential, for the data protection officer in German: {page}\n",
        markup=False,
    )


def tell_audit(
    settings: Settings, what: str, declaration: Path | None, certificate: Path | None, console: Console
) -> bool:
    """Attack a product or published files; True when nothing was broken."""
    if Path(what).exists() and declaration is not None:
        from exports.disclosure.standalone import audit

        report = audit(Path(what), declaration)
        console.print(report.in_words(), markup=False)
        if certificate is not None:
            report.certificate.write(certificate)
        return report.passed
    from exports.disclosure.auditor.earlier import DECLARATION, read_declaration
    from exports.disclosure.auditor.edition import audit_edition
    from exports.disclosure.record import read_outdated
    from exports.release import remembered

    folder = _folder(settings.paths, what)
    content, _ = read_declaration(folder / DECLARATION)
    outdated = read_outdated(settings.paths.disclosure / str(content["universe"]))
    known = _known(settings.paths)
    seen = remembered(known, str(content.get("family", content["universe"])), settings.memory)
    result, found = audit_edition(folder, known, _demand(content), outdated, remembered=seen)
    console.print(
        f"{folder}: {found.cells} cells of this and {len(found.earlier or {})} earlier editions, "
        f"{found.hidden} hidden here, {result.equations} equations, {result.programs} linear programs",
        markup=False,
    )
    for name, outcome in result.levels.items():
        console.print(f"  {name}: {outcome}", markup=False)
    for finding in result.findings:
        console.print(f"  BROKEN ({finding.attack}) {finding.derivation}", markup=False)
    for risk in found.remaining_risks:
        console.print(f"  remaining risk: {risk.en}", markup=False)
    if found.missing:
        names = ", ".join(found.missing)
        console.print(f"NOT COMPLETE: {names} was published and is missing or changed", markup=False)
    elif not result.passed:
        console.print(f"NOT SAFE: {len(result.findings)} broken")
    else:
        console.print("PASSED")
    return found.passed


def tell_reason(settings: Settings, what: str, cell: Sequence[str], console: Console) -> None:
    """Why a cell is hidden: its rule, or what could be computed if it were shown."""
    from exports.disclosure.declaration import DeclarationError

    wrong = [part for part in cell if "=" not in part]
    if wrong:
        raise DeclarationError(f"{wrong[0]!r}: name a cell by dimension=code, for example sex=F")
    codes = dict(part.split("=", 1) for part in cell)
    if (Path(what) / "confidential").is_dir():
        from exports.disclosure.standalone import explain

        console.print(explain(Path(what), codes), markup=False)
        return
    from exports.disclosure.auditor.earlier import DECLARATION, read_declaration
    from exports.disclosure.standalone import explain_product

    folder = _folder(settings.paths, what)
    content, _ = read_declaration(folder / DECLARATION)
    record = settings.paths.disclosure / str(content["universe"])
    known = _known(settings.paths)
    console.print(explain_product(folder, record, known, _demand(content), codes), markup=False)


def tell_protection(settings: Settings, table: Path, config: Path, out: Path, console: Console) -> None:
    """Protect a CSV of leaf counts and say what came of it."""
    from exports.disclosure.standalone import protect

    for key, value in protect(table, config, out, secret=settings.secret).items():
        console.print(f"{key}: {value}", markup=False)


def tell_coarser(settings: Settings, table: Path, config: Path, console: Console) -> None:
    """Say which coarser versions of a CSV can be protected, most detailed first, and noise beside them."""
    from exports.disclosure.standalone import coarsen

    for place, attempt in enumerate(coarsen(table, config, secret=settings.secret), start=1):
        console.print(f"{place}. {attempt}", markup=False)
    if not settings.secret:
        console.print("cell-key noise is not tried: it needs PLANSTAT_DISCLOSURE_SECRET", markup=False)


def tell_certificate(published: Path, console: Console) -> bool:
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
    console.print("\n".join(problems) or "the certificate speaks about exactly these files", markup=False)
    return not problems


def _folder(paths: Paths, what: str) -> Path:
    """The folder of a product: its candidate, else its current edition; or the folder itself."""
    from exports.disclosure.declaration import DeclarationError

    roots = (paths.candidates / what, paths.releases / what / "current", paths.internal / what / "current")
    for folder in (Path(what), *roots):
        if (folder / "disclosure.json").is_file():
            return folder
    raise DeclarationError(
        f"{what}: neither a folder with published files (give --declaration) nor a protected product with a "
        "candidate or an edition; `planstat run` builds it"
    )


def _demand(content: Mapping[str, object]) -> Demand:
    """What the policy as decided demands of the product that a `disclosure.json` is about."""
    from exports.disclosure.universe import demand_of, load_universe
    from exports.products import load_products

    return demand_of(load_universe(str(content["universe"])), load_products()[str(content["product"])])


def _known(paths: Paths) -> tuple[Path, ...]:
    """What an attacker knows: public editions, and as a reader of internal ones these too."""
    return (paths.releases, paths.internal)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {outcome}" for name, outcome in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "not known" if value is None else str(value)
