"""`planstat push kommonitor | postgres`, `planstat releases kommonitor`: releases for other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sources.foundation.exits import USAGE
from sources.foundation.told import Phrase, Told

from .language import Language

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from dbt_project.facts.declaration import Fact
    from dbt_project.indicators.specification import Indicator
    from exports.products import KomMonitor
    from exports.push.kommonitor.bodies import Places
    from exports.push.kommonitor.client import Client
    from exports.push.kommonitor.content import Content, Definition, Kind, Refused

    from ..resources import Settings

SHOWN = 10
"""Areas with refused numbers that are named, by the newest; the others are counted."""


class NoServer(ValueError):
    """`office.yml` or the environment does not say how to reach KomMonitor."""

    exit_code = USAGE


def print_kommonitor_package(
    settings: Settings, out: Path, console: Console, language: Language = "en"
) -> None:
    """Write the package, and say what is in it.

    Raises `exports.push.kommonitor.content.NothingToSend` and `.package.NotOurs`,
    `exports.release.ReleaseError` without editions of `indicators` and `areas`.
    """
    from exports.push.kommonitor.package import write_package

    content, licences = _content(settings, None)
    made = write_package(content, licences, out)
    _print_content(content, console, language)
    said = {"out": out, "files": made.files, "size": _megabytes(made.size, language)}
    console.print(_PACKAGE.say(language, **said), markup=False)


def print_kommonitor_push(
    settings: Settings, dry_run: bool, console: Console, language: Language = "en"
) -> bool:
    """Push, or say what would be sent; whether everything was sent that the editions have.

    Raises what `print_kommonitor_package` does, `NoServer`, and `exports.push.kommonitor.client`'s
    `KomMonitorError` where the server's state was not proved; the log then says so.
    """
    from exports.products import load_office
    from exports.push.kommonitor.ids import Ids, log_line
    from exports.push.kommonitor.pushing import Outcome, push

    from ..resources import only_run

    about = load_office(settings.paths.office).kommonitor
    content, _ = _content(settings, [about.region if about else "DG"])
    _print_content(content, console, language)
    if dry_run:
        console.print(_DRY.say(language), markup=False)
        return not content.refused
    if about is None:
        raise NoServer(_NO_OFFICE)
    outcome: Outcome | None = None
    began = datetime.now(UTC)
    with only_run(settings.paths), _client(settings, about) as client:
        ids = Ids.read(settings.paths.kommonitor, client.address)
        try:
            outcome = push(content, _places(about), client, ids)
        finally:
            spent = client.spent
            log_line(
                settings.paths.kommonitor_log,
                {
                    "began_at": began.isoformat(timespec="seconds"),
                    "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "edition": content.edition,
                    "address": client.address,
                    "proved": outcome is not None,
                    "refused": [one.words().de for one in content.refused],
                    "requests": spent.requests,
                    "bytes_sent": spent.bytes_sent,
                    **({} if outcome is None else vars(outcome)),
                },
            )
    said: dict[str, Any] = {
        **vars(outcome),
        "edition": content.edition,
        "requests": spent.requests,
        "size": _megabytes(spent.bytes_sent, language),
        "seconds": round((datetime.now(UTC) - began).total_seconds()),
    }
    console.print(_PUSHED.say(language, **said), markup=False)
    return not content.refused


def _content(settings: Settings, beside: Collection[str] | None) -> tuple[Content, Path]:
    """What the current public editions have, and the page of their licences."""
    from dbt_project.indicators.specification import load_specifications
    from exports.products import load_office
    from exports.push.kommonitor.content import read_content
    from exports.release import verify

    about = load_office(settings.paths.office).kommonitor
    releases = settings.paths.releases
    indicators = verify(releases, "indicators", None, settings.memory).path
    areas = verify(releases, "areas", None, settings.memory).path
    known = load_specifications(settings.dbt_project / "indicators")
    definitions = {name: _definition(one, known.facts) for name, one in known.indicators.items()}
    content = read_content(
        indicators,
        areas,
        definitions,
        titles=about.levels if about else None,
        within=about.areas if about else (),
        units=about.units if about else None,
        beside=beside,
    )
    return content, indicators / "LICENCES.md"


def _definition(indicator: Indicator, facts: Mapping[str, Fact]) -> Definition:
    from exports.push.kommonitor.content import Definition

    return Definition(
        indicator.question.de,
        indicator.how_to_read.de,
        indicator.how_not_to_read.de,
        indicator.formula.text,
        _kind(indicator, facts),
        indicator.law,
    )


def _kind(indicator: Indicator, facts: Mapping[str, Fact]) -> Kind:
    """A number of something that adds up over areas is absolute, an index standardized, all else relative."""
    if indicator.composite is not None:
        return "relative" if indicator.unit.startswith("%") else "standardized"
    counted = indicator.numerator and indicator.statistic == "none" and not indicator.denominator
    judged = {term.measure: facts[term.fact].judged for term in indicator.numerator}
    adds_up = all(measure not in (*one.rates, *one.unjudged) for measure, one in judged.items())
    return "absolute" if counted and adds_up and not indicator.published_value else "relative"


def _places(about: KomMonitor) -> Places:
    from exports.push.kommonitor.bodies import Places

    return Places(about.owner_id, about.permissions, about.public, topics=about.topics, region=about.region)


def _client(settings: Settings, about: KomMonitor) -> Client:
    from pydantic import SecretStr

    from exports.push.kommonitor.client import Client, Login

    if not settings.kommonitor_secret:
        raise NoServer(_NO_SECRET)
    login = Login(about.token_address, about.client_id, SecretStr(settings.kommonitor_secret))
    return Client(about.address, login)


def _print_content(content: Content, console: Console, language: Language) -> None:
    """What there is to send, and what is left out and why."""
    cells: Counter[str] = Counter()
    numbers = empty = 0
    for series in content.series:
        for level, areas in series.values.items():
            cells[level] += 1
            for days in areas.values():
                numbers += sum(one is not None for one in days.values())
                empty += sum(one is None for one in days.values())
    levels = ", ".join(f"{one.title} ({len(one.outlines)} / {cells[one.level]})" for one in content.levels)
    said = {
        "edition": content.edition,
        "indicators": len(content.series),
        "levels": levels,
        "numbers": numbers,
        "empty": empty,
    }
    console.print(_CONTENT.say(language, **said), markup=False)
    if undrawn := sum(content.undrawn.values()):
        console.print(_UNDRAWN.say(language, count=undrawn), markup=False)
    of_areas: dict[tuple[str, str], list[Refused]] = {}
    for one in content.refused:
        of_areas.setdefault((one.indicator_id, one.area), []).append(one)
    for found in list(of_areas.values())[:SHOWN]:
        told = found[-1].words().say(language)
        console.print(_REFUSED.say(language, told=told, days=len(found)), markup=False)
    if (more := len(of_areas) - SHOWN) > 0:
        console.print(_MORE.say(language, count=more), markup=False)


def _megabytes(size: int, language: Language) -> str:
    text = f"{size / 1e6:.1f} MB"
    return text.replace(".", ",") if language == "de" else text


_CONTENT = Phrase(
    "{edition}: {indicators} Kennzahlen, {numbers} Werte, {empty} leere Zellen\n"
    "Ebenen (Umrisse / Kennzahlen): {levels}",
    "{edition}: {indicators} indicators, {numbers} values, {empty} empty cells\n"
    "levels (outlines / indicators): {levels}",
)
_UNDRAWN = Phrase(
    "{count} Werte bleiben weg: für ihren Gebietsstand liegt kein Umriss vor",
    "{count} values are left out: no outline of their Gebietsstand was delivered",
)
_REFUSED = Phrase("nicht gesendet (Stichtage: {days}): {told}", "not sent (dates: {days}): {told}")
_MORE = Phrase("… und weitere Gebiete: {count}", "… and more areas: {count}")
_PACKAGE = Phrase("{files} Dateien, {size}, in {out}", "{files} files, {size}, in {out}")
_DRY = Phrase("Probelauf: nichts wurde gesendet.", "dry run: nothing was sent.")
_PUSHED = Phrase(
    "KomMonitor zeigt {edition}, zurückgelesen und verglichen: {made} angelegt, {changed} geändert, "
    "{unchanged} unverändert, {emptied} Zahlen zurückgenommen; {requests} Anfragen, {size}, {seconds} s",
    "KomMonitor shows {edition}, read back and compared: {made} made, {changed} changed, {unchanged} "
    "unchanged, {emptied} numbers withdrawn; {requests} requests, {size}, {seconds} s",
)
_NO_OFFICE = Told(
    "office.yml has no section `kommonitor:` with `address`, `token_address`, `client_id` and `owner_id`; "
    "docs/kommonitor.md says what they are. `--dry-run` needs none",
    "office.yml hat keinen Abschnitt `kommonitor:` mit `address`, `token_address`, `client_id` und "
    "`owner_id`; docs/kommonitor.md erklärt sie. `--dry-run` braucht keinen",
)
_NO_SECRET = Told(
    "PLANSTAT_KOMMONITOR_SECRET is not set: the secret of the client in Keycloak",
    "PLANSTAT_KOMMONITOR_SECRET ist nicht gesetzt: das Secret des Clients in Keycloak",
)


def print_postgres_push(settings: Settings, console: Console, language: Language = "en") -> None:
    """Load the current public editions into the database, and say what came of it.

    Raises `NoServer` without an address, `exports.push.postgres.PostgresError` where the
    state was not proved.
    """
    from exports.products import load_office
    from exports.push.postgres import Target, push_postgres

    if not settings.postgres:
        raise NoServer(_NO_DATABASE)
    about = load_office(settings.paths.office).postgres
    began = datetime.now(UTC)
    done = push_postgres(
        settings.postgres,
        Target(about.schema_name, about.readers),
        settings.paths.releases,
        lambda words: console.print(f"  {words}", markup=False),
        settings.memory,
    )
    for note in done.notes:
        console.print(note.say(language), markup=False)
    for name in done.removed:
        console.print(_REMOVED.say(language, name=name), markup=False)
    said = {
        "loaded": len(done.loaded),
        "unchanged": len(done.unchanged),
        "rows": done.rows,
        "seconds": round((datetime.now(UTC) - began).total_seconds()),
    }
    console.print(_IN_DATABASE.say(language, **said), markup=False)


_NO_DATABASE = Told(
    "PLANSTAT_POSTGRES is not set: where the database is, such as "
    "`host=db.example dbname=planung user=planstat`",
    "PLANSTAT_POSTGRES ist nicht gesetzt: wo die Datenbank ist, zum Beispiel "
    "`host=db.example dbname=planung user=planstat`",
)
_REMOVED = Phrase(
    "{name}: aus der Datenbank genommen, es gibt keine Ausgabe mehr",
    "{name}: taken away, it has no edition any more",
)
_IN_DATABASE = Phrase(
    "{loaded} Ausgaben geladen und zurückgelesen ({rows} Zeilen, {seconds} s), {unchanged} unverändert",
    "{loaded} editions loaded and read back ({rows} rows, {seconds} s), {unchanged} unchanged",
)
