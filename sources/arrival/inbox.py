"""The drop folder: files that people put there are landed, or told what is wrong with them, beside the file.

| what becomes of a file | |
|---|---|
| landed, or known already | it leaves the inbox, landing has its bytes; `<name>.angenommen.txt` says so |
| not as declared | it stays, `<name>.abgelehnt.txt` names place and remedy; quarantine has a copy |
| of no declared dataset, a link or a device | it stays, with a message; nothing of it is copied |
| still being written | it is left alone, without a word, until it rests |

A file with cases is never copied (`readers.cases`). Messages are German first, then English.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sources.arrival.folder import Delivery, is_archive, is_unfinished, match_folder, name_trouble, shown
from sources.arrival.landing import Landing
from sources.arrival.outcome import Outcome
from sources.declared.declaration import Declaration
from sources.declared.file_formats import FormFile
from sources.errors import SourceError, problem
from sources.foundation.files import replacing

ACCEPTED, REFUSED = ".angenommen.txt", ".abgelehnt.txt"
QUIET_SECONDS = 5.0
"""A file that was written to more recently may still be on its way."""


@dataclass(frozen=True)
class LeftOut:
    """A file that no dataset takes, and why; the message lies beside it."""

    file: Path
    error: SourceError


class Inbox:
    """One look at a drop folder."""

    def __init__(
        self,
        folder: Path,
        landing: Landing,
        *,
        quiet: float = QUIET_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.folder = folder
        self.landing = landing
        self.deliveries: list[Delivery] = []
        self.left_out: list[LeftOut] = []
        if folder.is_dir():
            self._look(quiet, sleep)

    def take(self, delivery: Delivery) -> Outcome:
        """Land a delivery and leave word beside its file. Nothing is raised for what the file holds."""
        assert delivery.dataset_id is not None
        declaration = self.landing.catalog[delivery.dataset_id]
        main = delivery.files[0]
        before = [_facts(file) for file in delivery.files]
        outcome = self.landing.land(declaration, delivery.files, origin="drop", source_uri=main.as_uri())
        if outcome.error is not None:
            _say(main, REFUSED, outcome.error.sentence_de, outcome.error.sentence_en)
            return outcome
        form = declaration.format
        keeps = outcome.cases and isinstance(form, FormFile) and form.cases and form.cases.after == "keep"
        if not keeps and [_facts(file) for file in delivery.files] == before:
            for file in delivery.files:
                with contextlib.suppress(OSError):  # an inbox that may not be written to: the file is known
                    file.unlink(missing_ok=True)
        _say(main, ACCEPTED, *_receipt(main.name, declaration, outcome))
        return outcome

    def _look(self, quiet: float, sleep: Callable[[float], None]) -> None:
        first = {file: _facts(file) for file in _files(self.folder)}
        self._await_rest(first, quiet, sleep)
        moved = {file for file, facts in first.items() if _facts(file) != facts}
        for file in _strange(self.folder):
            self._leave_out(file, name_trouble(file) or problem("no_plain_file", file.name))
        for delivery in match_folder(self.landing.catalog, self.folder):
            if not set(delivery.files) <= first.keys() - moved:
                continue
            declaration = self.landing.catalog.get(delivery.dataset_id or "")
            if delivery.trouble is not None:
                self._leave_out(delivery.files[0], delivery.trouble)
            elif declaration is None and is_archive(delivery.files[0]):
                self._leave_out(delivery.files[0], problem("packed", delivery.name))
            elif declaration is None:
                self._leave_out(delivery.files[0], problem("no_form", delivery.name))
            elif not declaration.access.drop_folder:
                self._leave_out(delivery.files[0], problem("not_by_hand", delivery.name))
            else:
                self.deliveries.append(delivery)

    def _await_rest(
        self, files: dict[Path, tuple[int, ...]], quiet: float, sleep: Callable[[float], None]
    ) -> None:
        """Wait until the newest file has rested; a time in the future tells nothing, so it waits in full."""
        now = time.time()
        ages = [now - facts[1] / 1e9 for facts in files.values() if facts]
        rest = max((quiet - max(age, 0.0) for age in ages), default=0.0)
        if rest > 0:
            sleep(rest)

    def _leave_out(self, file: Path, error: SourceError) -> None:
        self.left_out.append(LeftOut(file, error))
        _say(file, REFUSED, error.sentence_de, error.sentence_en)


def listing(folder: Path) -> dict[str, tuple[int, ...]]:
    """Size, time of writing and time of change of what lies in the inbox, by name; messages left out."""
    if not folder.is_dir():
        return {}
    return {str(file.relative_to(folder)): _facts(file) for file in (*_files(folder), *_strange(folder))}


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in _visible(folder) if file.is_file() and not file.is_symlink())


def _strange(folder: Path) -> Iterator[Path]:
    """Links, and what is neither file nor folder."""
    return (file for file in _visible(folder) if file.is_symlink() or not (file.is_file() or file.is_dir()))


def _visible(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if not any(part.startswith(".") for part in parts) and not is_unfinished(file.name):
            yield file


def _facts(file: Path) -> tuple[int, ...]:
    """Size, time of writing and time of change; empty when the file is gone."""
    try:
        found = file.lstat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _receipt(name: str, declaration: Declaration, outcome: Outcome) -> tuple[str, str]:
    first, last = outcome.period
    period = f", {first:%d.%m.%Y} – {last:%d.%m.%Y}" if first and last else ""
    hashed = "" if outcome.cases else f", sha256 {outcome.sha256}"
    known = outcome.status == "unchanged"
    facts = f"{declaration.id}{period}, Snapshot {outcome.snapshot_id}{hashed}"
    newer_de = f" Achtung: {outcome.newer.words.de}." if outcome.newer else ""
    newer_en = f" Mind: {outcome.newer.words}." if outcome.newer else ""
    set_de = f" Achtung: {'; '.join(one.de for one in outcome.corrected)}." if outcome.corrected else ""
    set_en = f" Mind: {'; '.join(outcome.corrected)}." if outcome.corrected else ""
    cases_de = " Gezählt wurden Fälle; sie wurden nicht gespeichert." if outcome.cases else ""
    cases_en = " Cases were counted; they were not stored." if outcome.cases else ""
    unused = declaration.unused
    unused_de = f" Daraus wird noch keine veröffentlichte Zahl: {unused.de}." if unused else ""
    unused_en = f" No published figure is made of it yet: {unused.en}." if unused else ""
    return (
        f"{name}: {'schon bekannt' if known else 'angenommen'}, {outcome.rows} Zellen oder"
        f" Zeilen, {facts}.{cases_de}{set_de}{newer_de}{unused_de}",
        f"{name}: {'known already' if known else 'accepted'}, {outcome.rows} cells or"
        f" rows, {facts}.{cases_en}{set_en}{newer_en}{unused_en}",
    )


def _say(file: Path, suffix: str, *sentences: str) -> None:
    """Write the message beside a file, whole or not at all, and take away the other kind of message."""
    text = "\n\n".join(sentences) + "\n"
    if name_trouble(file) is not None:  # a name for the message that can be written
        plain = "".join(sign if sign.isalnum() or sign in "-_. " else "_" for sign in shown(file.name))
        file = file.with_name(plain[:80])
    other = ACCEPTED if suffix == REFUSED else REFUSED
    with contextlib.suppress(OSError):  # an inbox that may not be written to: quarantine and log say it too
        with replacing(file.with_name(file.name + suffix)) as beside:
            beside.write_text(text, encoding="utf-8-sig", newline="\r\n")
        file.with_name(file.name + other).unlink(missing_ok=True)
