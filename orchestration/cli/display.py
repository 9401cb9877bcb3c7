"""What the command line shows: a run while it goes on and at its end, and the releases."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sources.foundation.told import Phrase, said

from ..resources import Paths
from .language import Language
from .progress import Outcome
from .stating import State

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.table import Table

_MARKS = {
    "landing": ("green", "landed "),
    "warehouse": ("green", "built  "),
    "gate": ("green", "checked"),
    "release": ("bold green", "release"),
    "notice": ("bold yellow", "notice "),
    "trouble": ("bold red", "trouble"),
}

WIDE = 120
"""Columns of a terminal from which on tables have room for what is good to know beside the rest."""


INTERNAL = "internal use only"
"""How editions for an internal audience are marked wherever they are listed."""


class Display:
    """Lines of a run as they come, with what is going on at the moment below them on a terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._status = self.console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def say(self, kind: str, text: str) -> None:
        """Print a line, or show what is going on (`now`)."""
        from rich.text import Text

        if kind == "now":
            if self._status is not None:
                self._status.update(Text(text[:100]))
            return
        style, mark = _MARKS[kind]
        self.console.print(Text.assemble((mark, style), " ", text))

    def summarise(self, outcome: Outcome, paths: Paths, log: Path) -> None:
        """The short table at the end, and where everything lies."""
        table = plain_table("", "")
        table.show_header = False
        table.add_row("datasets", _datasets(outcome))
        table.add_row("models", f"{outcome.models_built} built" if outcome.models_built else "unchanged")
        checks = outcome.checks
        table.add_row(
            "checks", f"{checks['passed']} passed, {checks['failed']} failed, {checks['warned']} warned"
        )
        waiting = []
        for product, found in outcome.products.items():
            if found["version"]:
                words = f"{product}/{found['version']} {found['status']}, {found['rows']} rows"
                table.add_row(f"release {product}", words)
            else:
                waiting.append(product)
        for product, found in outcome.products.items():
            if found.get("awaits"):
                table.add_row(f"{product} awaits", ", ".join(found["awaits"]))
        if outcome.refused:
            table.add_row("refused", ", ".join(outcome.refused))
        if outcome.held:
            table.add_row("held with them", ", ".join(outcome.held))
        if outcome.stopped:
            table.add_row("not reached", ", ".join(outcome.stopped))
        if waiting:
            table.add_row("wait for first rows", ", ".join(waiting))
        if not outcome.products:
            table.add_row("release", "none by this run; what was released before stands")
        self.console.print()
        self.console.print(table)
        for warning in outcome.warnings:
            self.console.print(f"warning: {warning}", markup=False)
        files = sorted(
            {_kind(name, file) for name, found in outcome.products.items() for file in found["files"]}
        )
        if files:
            self.console.print(f"releases lie in {paths.releases}/<product>/current", markup=False)
            self.console.print(f"each holds {', '.join(files)}", markup=False)
            self.console.print(f"for a browser: {paths.releases}/index.html", markup=False)
            self.console.print(f"for SQL: duckdb -readonly {paths.releases}/planstat.duckdb", markup=False)
            if not paths.office.exists():
                self.console.print(
                    f"no release says yet who publishes it: write `name: …` and `email: …` to {paths.office}",
                    markup=False,
                )
        if outcome.problems:
            self.console.print("nothing of what was refused was released; the editions before stand")
        self.console.print(f"log: {log}", markup=False)


def _kind(product: str, file: str) -> str:
    """A file's name with the product's name left out, so that all products share one list."""
    return f"<product>{file.removeprefix(product)}" if file.startswith(product) else file


def _datasets(outcome: Outcome) -> str:
    order = (
        "landed",
        "read again",
        "unchanged",
        "withdrawn",
        "set aside",
        "unreachable",
        "not delivered",
        "failed",
    )
    found = sorted(
        {status for status, _ in outcome.datasets.values()},
        key=lambda status: order.index(status) if status in order else len(order),
    )
    return ", ".join(f"{outcome.count(status)} {status}" for status in found) or "none"


def plain_table(*headers: str) -> Table:
    """A table without lines that stays readable in a log."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def releases_of(paths: Paths, product: str | None) -> dict[str, Any]:
    """All editions, or those of a product: the newest of each last, those for internal use after all others.

    `products` names every product that has an edition.
    """
    from exports.release import list_releases, unreadable

    found = [(root, one) for root in _roots(paths) for one in list_releases(root)]
    return {
        "unreadable": [problem.args[0] for root in _roots(paths) for problem in unreadable(root, product)],
        "releases": str(paths.releases),
        "product": product,
        "products": list(dict.fromkeys(one.product for _, one in found)),
        "editions": [
            {
                "product": one.product,
                "version": one.version,
                "is_current": one.is_current,
                "published_at": one.published_at,
                "rows": one.rows,
                "audience": "internal" if root == paths.internal else "public",
            }
            for root, one in found
            if product in (None, one.product)
        ],
    }


def print_releases(state: State, console: Console, language: Language = "en") -> None:
    """Print what `releases_of` found."""
    for problem in state["unreadable"]:
        console.print(said(problem, language), markup=False)
    if not state["editions"] and state["product"] is not None:
        listed = ", ".join(state["products"]) or _NO_PRODUCT.say(language)
        console.print(_NONE_OF.say(language, product=state["product"], there=listed), markup=False)
        return
    if not state["editions"]:
        console.print(_NOTHING.say(language, root=state["releases"]), markup=False)
        return
    table = plain_table("", *(head.say(language) for head in _EDITION_HEADS))
    for one in state["editions"]:
        published = f"{one['published_at']:%Y-%m-%d %H:%M}"
        audience = (ONLY_INTERNAL if one["audience"] == "internal" else _PUBLIC).say(language)
        edition = f"{one['product']}/{one['version']}"
        table.add_row("*" if one["is_current"] else "", edition, published, f"{one['rows']}", audience)
    console.print(table)


ONLY_INTERNAL = Phrase("nur für den internen Gebrauch", INTERNAL)
_PUBLIC = Phrase("öffentlich", "public")
_NONE_OF = Phrase(
    "von {product} ist nichts veröffentlicht; es gibt: {there}",
    "nothing of {product} is released; there are: {there}",
)
_NO_PRODUCT = Phrase("nichts", "nothing")
_NOTHING = Phrase("in {root} ist nichts veröffentlicht", "nothing is released in {root}")
_EDITION_HEADS = (
    Phrase("Ausgabe", "edition"),
    Phrase("veröffentlicht (UTC)", "published (UTC)"),
    Phrase("Zeilen", "rows"),
    Phrase("für", "audience"),
)


def _roots(paths: Paths) -> tuple[Path, Path]:
    """The folder of public releases, and that of those for internal use."""
    return paths.releases, paths.internal


def _root_of(paths: Paths, product: str, *versions: str | None) -> Path:
    """Where these editions of a product lie: among the public releases, else among those for internal use."""
    from exports.release import list_releases

    wanted = {version for version in versions if version not in (None, "current")}
    for root in _roots(paths):
        known = {one.version for one in list_releases(root, product)}
        if known and wanted <= known:
            return root
    return paths.releases


def release_of(paths: Paths, product: str, version: str | None) -> dict[str, Any]:
    """One edition: files, datasets, what the gate said, what changed."""
    from exports.release import show

    root = _root_of(paths, product, version)
    audience = "internal" if root == paths.internal else "public"
    return {"product": product, "audience": audience, **show(root, product, version)}


def print_release(shown: State, console: Console, language: Language = "en") -> None:
    """Print what `release_of` found."""
    mark = f" ({_CURRENT.say(language)})" if shown["is_current"] else ""
    mark += f", {ONLY_INTERNAL.say(language)}" if shown["audience"] == "internal" else ""
    named = f"{shown['product']}/{shown['version']}{mark}"
    console.print(
        _PUBLISHED.say(language, named=named, at=shown["published_at"], rows=shown["rows"]), markup=False
    )
    console.print(f"{shown['path']}\n", markup=False)
    files = plain_table(_FILE.say(language), "Bytes" if language == "de" else "bytes", "sha256")
    for name, facts in sorted(shown["files"].items()):
        files.add_row(name, str(facts["bytes"]), facts["sha256"][:16])
    console.print(files)
    console.print()
    datasets = plain_table(_DATASET.say(language), _SNAPSHOT.say(language), "")
    for dataset in shown["datasets"]:
        note = dataset["note"] or (_OLD.say(language) if dataset["is_old"] else "")
        datasets.add_row(dataset["dataset_id"], dataset["snapshot_id"] or _NOT_DELIVERED.say(language), note)
    console.print(datasets)
    console.print()
    checks = shown["verdict"]["checks"]
    outcomes = sorted({check["outcome"] for check in checks})
    counts = [f"{sum(check['outcome'] == o for check in checks)} {_outcome(o, language)}" for o in outcomes]
    console.print(f"{_GATE.say(language)}: {', '.join(counts)}", markup=False)
    ending = "_de" if language == "de" else ""
    for check in checks:
        if check["outcome"] not in ("passed", "noted"):
            told = f"{check[f'title{ending}']}: {check[f'observed{ending}']}"
            console.print(f"  {_outcome(check['outcome'], language)}: {told}", markup=False)
    console.print(_changes(shown["difference"], language), markup=False)


_CURRENT = Phrase("gültig", "current")
_PUBLISHED = Phrase("{named}, veröffentlicht {at}, {rows} Zeilen", "{named}, published {at}, {rows} rows")
_FILE = Phrase("Datei", "file")
_DATASET = Phrase("Datensatz", "dataset")
_SNAPSHOT = Phrase("Lieferung", "snapshot")
_OLD = Phrase("alt", "old")
_NOT_DELIVERED = Phrase("nicht geliefert", "not delivered")
_GATE = Phrase("Prüfung", "gate")


def _outcome(outcome: str, language: Language) -> str:
    """How a check ended, in the words of the gate's report."""
    from expectations.report import OUTCOMES

    return OUTCOMES[outcome][1] if language == "de" else outcome


def print_difference(
    paths: Paths,
    product: str,
    before: str,
    after: str,
    lines: Path | None,
    console: Console,
    language: Language = "en",
) -> None:
    """Show what changed between two editions; every changed value goes to `lines` when given."""
    from exports.release import diff, show

    root = _root_of(paths, product, before, after)
    before, after = (show(root, product, name)["version"] for name in (before, after))
    with tempfile.TemporaryDirectory() as folder:
        found = diff(root, product, before, after, lines or Path(folder) / "diff.csv").as_plain()
    mark = f" ({ONLY_INTERNAL.say(language)})" if root == paths.internal else ""
    console.print(f"{product}: {_FROM_TO.say(language, before=before, after=after)}{mark}", markup=False)
    console.print(_changes(found, language), markup=False)
    for movement in found["largest_movements"]:
        console.print("  " + ", ".join(_moved(movement, language)), markup=False)
    if lines is not None:
        console.print(f"{_EVERY_VALUE.say(language)}: {lines}", markup=False)


_FROM_TO = Phrase("von {before} zu {after}", "from {before} to {after}")
_EVERY_VALUE = Phrase("jeder geänderte Wert", "every changed value")
_MOVEMENT = {
    "column": Phrase("Spalte", "column"),
    "old_value": Phrase("vorher", "old_value"),
    "new_value": Phrase("jetzt", "new_value"),
    "movement": Phrase("Unterschied", "movement"),
    "relative_movement": Phrase("Unterschied anteilig", "relative_movement"),
}


def _moved(movement: dict[str, object], language: Language) -> Iterator[str]:
    """The entries of a movement; in German headed as the columns of the files are, with decimal commas."""
    from dbt_project.vocabulary import column_words

    columns = column_words()
    for name, value in movement.items():
        if language == "en":
            yield f"{name} {value}"
            continue
        title = _MOVEMENT[name].de if name in _MOVEMENT else columns[name].de if name in columns else name
        shown = f"{value}"
        if isinstance(value, float) or name in ("old_value", "new_value"):
            shown = shown.replace(".", ",")
        elif name == "column" and shown in columns:
            shown = columns[shown].de
        yield f"{title} {shown}"


def _changes(difference: dict[str, object], language: Language = "en") -> str:
    changes = Phrase("Änderungen", "changes").say(language)
    if difference.get("reason"):
        reason = difference["reason"] if language == "de" else _NOT_COMPARABLE
        return f"{changes}: {reason}"
    if not difference.get("previous"):
        return f"{changes}: {_FIRST.say(language)}"
    numbers = {name: difference.get(f"rows_{name}", 0) for name in _ROWS}
    told = ", ".join(
        f"{number} {_ROWS[name].say(language)}"
        for name, number in numbers.items()
        if number or name != "withdrawn"
    )
    what = _ROWS_TOLD.say(language, told=told) if any(numbers.values()) else _NONE.say(language)
    return f"{_AGAINST.say(language, previous=difference['previous'])}: {what}"


_NOT_COMPARABLE = "the earlier edition cannot be compared row by row; the edition's README.md says why"
_FIRST = Phrase("erste Ausgabe", "first edition")
_ROWS = {
    "added": Phrase("neu", "added"),
    "removed": Phrase("entfallen", "removed"),
    "changed": Phrase("geändert", "changed"),
    "withdrawn": Phrase("zurückgezogen", "withdrawn"),
}
_ROWS_TOLD = Phrase("Zeilen: {told}", "rows {told}")
_NONE = Phrase("keine in den Zeilen", "none in the rows")
_AGAINST = Phrase("Änderungen gegenüber {previous}", "changes against {previous}")
