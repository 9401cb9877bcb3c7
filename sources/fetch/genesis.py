"""Client of the GENESIS REST interface 2020 (GENESIS-Online, Regionaldatenbank, Zensus database).

What is peculiar about it, and handled here:

- An error is an answer with HTTP 200 and a JSON `Status`, at times with HTTP 401 or 404 and the same JSON.
- A table that is too large (98) is asked for again as a job (99 names the result), which is polled in
  `catalogue/results` (104: not ready) and fetched from `data/resultfile`. Without the right to start jobs
  (tokens on GENESIS-Online) its years are halved until the parts fit.
- 104 means "not ready" while polling and "no such table, or not for this account" everywhere else.
- Flat files come in no order and are known for rare shifted columns: a table that differs from the one last
  remembered is fetched a second time and accepted only when both retrievals hold the same lines.
- `Updated` of the metadata lags behind the data (12531-0043 of March 2026: updated 2022, data to 2024), so
  it never decides that nothing changed.

There is no session: credentials ride on every request and nothing is to be logged out of. Sources: recorded
exchanges of 2024 and 2026; the interface's own documentation for the codes that were not recorded.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sources.fetch import content
from sources.fetch.archive import ArchiveLimits, unpack
from sources.fetch.credentials import Credentials, from_environment, variable_prefix
from sources.fetch.errors import FetchError, Trouble
from sources.fetch.http import Download, HttpClient, HttpStatusError
from sources.fetch.state import FetchState, Remembered
from sources.fetch.ways import Fetched, GenesisWay

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Instance:
    """One GENESIS database: its id, base address, and whether a token may start jobs there."""

    id: str
    base: str
    token_starts_jobs: bool = True


INSTANCES: Mapping[str, Instance] = {
    instance.id: instance
    for instance in (
        Instance("genesis-online", "https://www-genesis.destatis.de/genesisWS", token_starts_jobs=False),
        Instance("regionalstatistik", "https://www.regionalstatistik.de/genesisws"),
        Instance("zensus", "https://ergebnisse.zensus2022.de/api"),
    )
}


def instance_of(instance_id: str, environ: Mapping[str, str] | None = None) -> Instance:
    """The instance of this id; `PLANSTAT_<INSTANCE>_BASE` overrules its address (other installations, tests).

    Raises:
        FetchError: unknown id, or a base address that would carry credentials unprotected.
    """
    instance = INSTANCES.get(instance_id)
    if instance is None:
        raise FetchError(
            Trouble.USAGE,
            f"There is no GENESIS instance {instance_id!r}",
            instance_id,
            f"Known are: {', '.join(sorted(INSTANCES))}.",
        )
    base = (os.environ if environ is None else environ).get(f"{variable_prefix(instance_id)}_BASE", "")
    if base:
        instance = replace(instance, base=base.rstrip("/"))
    parts = urlsplit(instance.base)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise FetchError(
            Trouble.UNSAFE, "Credentials are only sent over https", instance.base, "Correct the base address."
        )
    return instance


@dataclass(frozen=True)
class Patience:
    """How long to wait for a job: seconds between polls (growing from `first` to `most`) and in all."""

    first: float = 5.0
    most: float = 60.0
    total: float = 3600.0


class GenesisClient:
    """Fetches tables of one instance. `environ` is read once, for credentials and base address."""

    def __init__(
        self,
        instance_id: str,
        environ: Mapping[str, str] | None = None,
        *,
        http: HttpClient | None = None,
        patience: Patience | None = None,
        limits: ArchiveLimits | None = None,
    ) -> None:
        self.instance = instance_of(instance_id, environ)
        self._credentials: Credentials = from_environment(instance_id, environ)
        self._http = http or HttpClient()
        self._patience = patience or Patience()
        self._limits = limits or ArchiveLimits()

    def fetch(self, way: GenesisWay, target_dir: Path, state: FetchState) -> Fetched:
        """Fetch the table into `target_dir`, compare it with what is remembered, and confirm it
        when it changed.

        Raises:
            FetchError: in words; nothing is left in `target_dir` but resumable or pending work.
        """
        target_dir.mkdir(parents=True, exist_ok=True)
        work = target_dir / ".fetching"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            table = self._table(way, work / "first", state)
            digest = content.table_digest(table)
            last = state.last(way.source_uri)
            metadata, published_at = self._metadata(way, work)
            retrieved_at = datetime.now(UTC)
            if last is not None and last.digest == digest:
                return Fetched(
                    (),
                    way.source_uri,
                    None,
                    None,
                    retrieved_at,
                    True,
                    published_at=published_at,
                    digest=digest,
                )
            self._confirm(way, digest, work, state)
            state_job_done(state, way)
            kept = _move(table, target_dir)
            return Fetched(
                (kept,),
                way.source_uri,
                None,
                None,
                retrieved_at,
                False,
                published_at=published_at,
                digest=digest,
                metadata=_move(metadata, target_dir),
            )
        finally:
            shutil.rmtree(work, ignore_errors=True)

    # -- one table -----------------------------------------------------------------------------------------

    def _table(self, way: GenesisWay, folder: Path, state: FetchState) -> Path:
        """The whole table as one file in `folder`, by whatever detour the publisher asks for."""
        folder.mkdir(parents=True, exist_ok=True)
        if way.slice_years:
            first, final = self._years(way)
            starts = range(first, final + 1, way.slice_years)
            slices = [(start, min(start + way.slice_years - 1, final)) for start in starts]
            return self._slices(way, slices, folder)
        pending = state.last(way.source_uri)
        if pending is not None and pending.pending_job:
            result = self._pending(way, pending.pending_job, folder, state)
            if result is not None:
                return result
        answer = self._ask(way, "data/tablefile", self._form(way), folder)
        if isinstance(answer, Path):
            return answer
        if answer.code == 98 and not self._may_start_jobs():
            first, final = self._years(way)
            return self._slices(way, [(first, final)], folder)
        if answer.code == 98:
            answer = self._ask(way, "data/tablefile", self._form(way) | {"job": "true"}, folder)
        if isinstance(answer, Path):
            return answer
        if answer.code != 99:
            raise self._status_error(answer, way.table)
        job = self._job_name(answer, way)
        _remember_job(state, way, job)
        self._wait(job, way)
        return self._result(way, job, folder)

    def _slices(self, way: GenesisWay, slices: list[tuple[int, int]], folder: Path) -> Path:
        """The years of each slice, halved where still too large, joined under their common header."""
        if way.wire_format != "ffcsv":
            raise FetchError(
                Trouble.USAGE,
                f"Table {way.table} is too large for one answer, and only flat files come in slices",
                way.source_uri,
                "Declare format ffcsv, or use an account with user name and password, which may start jobs.",
            )
        todo = list(reversed(slices))
        parts: list[Path] = []
        while todo:
            start, end = todo.pop()
            place = folder / f"{start}-{end}"
            place.mkdir()
            answer = self._ask(way, "data/tablefile", self._form(way, start, end), place)
            if isinstance(answer, Path):
                parts.append(answer)
            elif answer.code == 98 and end > start:
                middle = (start + end) // 2
                todo += [(middle + 1, end), (start, middle)]
            elif answer.code == 104 and len(slices) > 1:
                log.info("%s: no data for %d to %d", way.table, start, end)
            elif answer.code == 98:
                raise FetchError(
                    Trouble.TOO_LARGE,
                    f"Even one year ({start}) of table {way.table} is too large for one answer",
                    way.source_uri,
                    "Use an account with user name and password (it may start jobs), or restrict the areas.",
                )
            else:
                raise self._status_error(answer, way.table)
        if not parts:
            raise _empty(way)
        return _join(parts, folder / f"{way.table}_{slices[0][0]}-{slices[-1][1]}_flat.csv", way)

    def _years(self, way: GenesisWay) -> tuple[int, int]:
        """First and last year of the table: as asked for, else as its metadata says."""
        if way.start_year is not None and way.end_year is not None:
            return way.start_year, way.end_year
        body = self._json(way.table, "metadata/table", self._form(way))
        span = _object(_object(body.get("Object")).get("Time"))
        first, final = (_year(span.get(end)) for end in ("From", "To"))
        if first is None or final is None:
            raise FetchError(
                Trouble.USAGE,
                f"The publisher does not say which years table {way.table} covers",
                way.source_uri,
                "Declare its first year.",
            )
        return way.start_year or first, way.end_year or max(first, final)

    def _confirm(self, way: GenesisWay, digest: str, work: Path, state: FetchState) -> None:
        """Fetch a second time; of a job its result only, which is what travels."""
        again = content.table_digest(self._table(way, work / "second", state))
        if again != digest:
            raise FetchError(
                Trouble.UNSTABLE,
                f"Two retrievals of table {way.table} in a row do not hold the same lines",
                way.source_uri,
                "The publisher is updating it or delivers shifted columns: run again later. "
                "Nothing was accepted; the last good snapshot stays current.",
            )

    # -- jobs ----------------------------------------------------------------------------------------------

    def _may_start_jobs(self) -> bool:
        return self.instance.token_starts_jobs or not self._credentials.is_token

    def _pending(self, way: GenesisWay, job: str, folder: Path, state: FetchState) -> Path | None:
        """The result of a job that an earlier run started; None when the publisher has dropped it."""
        try:
            if not self._is_ready(job, way):
                self._wait(job, way)
            return self._result(way, job, folder)
        except FetchError as error:
            if error.trouble not in (Trouble.GONE, Trouble.NOT_READY):
                raise
            state_job_done(state, way)
            log.info("%s: the earlier job is not to be had any more; asking afresh", way.table)
            return None

    def _is_ready(self, job: str, way: GenesisWay) -> bool:
        form = {"selection": job, "area": "user", "pagelength": "1"}
        body = self._json(way.table, "catalogue/results", form, allowed=(0, 104))
        listed = body.get("List")
        return isinstance(listed, list) and any(
            isinstance(entry, dict) and entry.get("Code") == job for entry in listed
        )

    def _wait(self, job: str, way: GenesisWay) -> None:
        patience = self._patience
        pause, waited = patience.first, 0.0
        started = time.monotonic()
        while not self._is_ready(job, way):
            if max(waited, time.monotonic() - started) + pause > patience.total:
                raise FetchError(
                    Trouble.NOT_READY,
                    f"The publisher has not finished job {job} within {patience.total:.0f} seconds",
                    way.source_uri,
                    "It goes on there; the next run picks its result up.",
                )
            self._http.settings.sleep(pause)
            waited += pause
            pause = min(patience.most, pause * 1.5)

    def _result(self, way: GenesisWay, job: str, folder: Path) -> Path:
        answer = self._ask(way, "data/resultfile", self._form(way) | {"name": job}, folder)
        if isinstance(answer, Path):
            return answer
        raise self._status_error(answer, way.table)

    def _job_name(self, status: _Status, way: GenesisWay) -> str:
        """The last word of the 99 message; it starts with the table's code."""
        words = status.text.split()
        job = words[-1].strip(".") if words else ""
        if not re.fullmatch(re.escape(way.table) + r"_[0-9]+", job):
            raise FetchError(
                Trouble.NOT_DATA,
                f"The publisher started a job for {way.table} but its name is unreadable: {status.text!r}",
                way.source_uri,
                "Tell the maintainers: the interface may have changed.",
            )
        return job

    # -- one request ---------------------------------------------------------------------------------------

    def _form(self, way: GenesisWay, start: int | None = None, end: int | None = None) -> dict[str, str]:
        """Body of a request for the table, the same parameters in the same order every time."""
        start, end = start or way.start_year, end or way.end_year
        return {
            "area": way.area,
            "compress": "true",
            "endyear": str(end or ""),
            "format": way.wire_format,
            "language": way.language,
            "name": way.table,
            "quality": "on" if way.quality else "off",
            "regionalkey": way.regional_key,
            "regionalvariable": way.regional_variable,
            "stand": "",
            "startyear": str(start or ""),
            "timeslices": "",
            "job": "false",
        }

    def _ask(self, way: GenesisWay, method: str, form: dict[str, str], folder: Path) -> Path | _Status:
        """POST and return the table as a text file with at least one row, or the status
        the publisher gave.
        """
        target = folder / "answer"
        name = way.table
        got = self._post(method, form, target)
        if isinstance(got, _Status):
            return got
        found = content.recognise(target)
        if found.kind == content.JSON:
            status = self._status(content.read_json(target))
            if status is not None:
                target.unlink()
                return status
        if found.kind == content.HTML:
            raise FetchError(
                Trouble.NOT_DATA,
                f"The interface sent a web page{f' ({self._clean(found.title)!r})' if found.title else ''} "
                f"instead of table {name}",
                self._address(method),
                "This is usually a login page or maintenance: check the account, or run again later.",
            )
        if found.kind == content.ZIP:
            files = unpack(target, _fresh(folder / "unpacked"), self._limits)
            if len(files) != 1:
                raise FetchError(
                    Trouble.NOT_DATA,
                    f"The archive for table {name} holds {len(files)} files instead of one",
                    self._address(method),
                    "Tell the maintainers: the interface may have changed.",
                )
            target.unlink()
            table = files[0]
            found = content.recognise(table)
        else:
            table = target.rename(folder / (got.file_name or f"{name}.csv"))
        if found.kind == content.EMPTY or (found.kind == content.TEXT and not _has_rows(table)):
            raise _empty(way)
        if found.kind != content.TEXT:
            raise FetchError(
                Trouble.NOT_DATA,
                f"The interface sent {found.kind} instead of a text table for {name}",
                self._address(method),
                "Tell the maintainers: the interface may have changed.",
            )
        return table

    def _post(self, method: str, form: dict[str, str], target: Path) -> Download | _Status:
        """POST into `target`; an error answer with the interface's own JSON comes back as its status."""
        # Raised outside of `except`, so that the body, which may echo the request, hangs on to no error.
        try:
            return self._http.download(self._address(method), target, form=form, auth=self._credentials)
        except HttpStatusError as error:
            status = self._status(_parse(error.body))
            plain = FetchError(
                error.trouble, error.what, error.where, error.remedy, retry_after=error.retry_after
            )
        if status is None:
            raise plain
        return status

    def _json(
        self, table: str, method: str, form: dict[str, str], allowed: tuple[int, ...] = (0, 22)
    ) -> dict[str, Any]:
        """POST and return the JSON object of the answer, whose status is one of `allowed`."""
        import tempfile

        with tempfile.TemporaryDirectory(prefix="planstat-genesis-") as folder:
            target = Path(folder) / "answer"
            got = self._post(method, form, target)
            if isinstance(got, _Status):
                raise self._status_error(got, table)
            body = content.read_json(target)
        status = self._status(body)
        if status is None or not isinstance(body, dict):
            raise FetchError(
                Trouble.NOT_DATA,
                f"The interface did not answer {method} for {table} in its own form",
                self._address(method),
                "This is usually a login page or maintenance: check the account, or run again later.",
            )
        if status.code not in allowed:
            raise self._status_error(status, table)
        return body

    def _metadata(self, way: GenesisWay, work: Path) -> tuple[Path, str | None]:
        """The publisher's description of the table, without the echo of our request,
        and its own time stamp.
        """
        import json

        body = self._json(way.table, "metadata/table", self._form(way))
        kept = {key: value for key, value in body.items() if key != "Parameter"}
        path = work / f"{way.table}.metadata.json"
        path.write_text(self._clean(json.dumps(kept, ensure_ascii=False, indent=1)), encoding="utf-8")
        updated = _object(body.get("Object")).get("Updated")
        return path, updated if isinstance(updated, str) else None

    def _address(self, method: str) -> str:
        return f"{self.instance.base}/rest/2020/{method}"

    def _clean(self, text: str) -> str:
        return self._credentials.scrub(text)

    def _status(self, body: Any) -> _Status | None:
        """The status of an answer, its text on one line and without our credentials; or None."""
        if not isinstance(body, dict):
            return None
        status = body.get("Status", body)
        if not isinstance(status, dict):  # e.g. {"Status": "…", …} of logincheck
            return None
        code = status.get("Code")
        if isinstance(code, str) and re.fullmatch(r"-?[0-9]{1,4}", code):
            code = int(code)
        if not isinstance(code, int) or isinstance(code, bool):
            return None
        text = self._clean(str(status.get("Content") or ""))
        return _Status(code, re.sub(r"\s+", " ", text).strip()[:300])

    def _status_error(self, status: _Status, table: str) -> FetchError:
        """The publisher's status as an error, with its own sentence and what to do."""
        trouble, meaning, remedy = _MEANINGS.get(status.code, _UNKNOWN)
        what = f"{meaning.format(table=table)} (status {status.code}: {status.text or 'no text'})"
        return FetchError(
            trouble, what, self.instance.id, remedy.format(prefix=variable_prefix(self.instance.id))
        )


@dataclass(frozen=True)
class _Status:
    """The `Status` of an answer, or the bare `Code`, `Content`, `Type` that comes with HTTP 401 and 404."""

    code: int
    text: str


_LATER = "Run again later; until then the last good snapshot stays current."
_MEANINGS: Mapping[int, tuple[Trouble, str, str]] = {
    -1: (
        Trouble.EMPTY,
        "Table {table} is listed but its data cube is missing for what was asked",
        "Widen years and areas in the declaration; if nothing helps, the publisher has emptied the table.",
    ),
    2: (Trouble.REFUSED, "The interface could not work on the request for table {table}", _LATER),
    15: (
        Trouble.LOGIN,
        "The account may not do this for table {table}, or its credentials are wrong",
        "Check {prefix}_USERNAME and {prefix}_PASSWORD (or {prefix}_TOKEN) by logging in on its site.",
    ),
    22: (
        Trouble.REFUSED,
        "The interface changed a parameter of the request for table {table} on its own",
        "Compare years, area and format in the declaration with the interface's documentation.",
    ),
    90: (
        Trouble.GONE,
        "Table {table} does not exist, or not for this account",
        "Look for a successor table (tables are succeeded rather than changed) and declare it.",
    ),
    98: (
        Trouble.TOO_LARGE,
        "Table {table} is too large for one answer",
        "Declare slices of years, or use an account with user name and password.",
    ),
    99: (Trouble.NOT_READY, "Table {table} is being prepared as a job", _LATER),
    104: (
        Trouble.GONE,
        "There is no table {table}, or not for this account and these years",
        "Check the code; tables are succeeded rather than changed: look for a successor and declare it.",
    ),
}
_UNKNOWN = (
    Trouble.REFUSED,
    "The interface refused the request for table {table}",
    "Read its sentence above; if it does not help, tell the maintainers with the status number.",
)


def state_job_done(state: FetchState, way: GenesisWay) -> None:
    """Take a finished or lost job out of the state."""
    last = state.last(way.source_uri)
    if last is not None and last.pending_job:
        state.put(replace(last, pending_job=None))


def _remember_job(state: FetchState, way: GenesisWay, job: str) -> None:
    state.put(replace(state.last(way.source_uri) or Remembered(way.source_uri), pending_job=job))


def _object(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def _parse(body: bytes) -> Any:
    import json

    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _has_rows(table: Path) -> bool:
    """Whether anything but a header stands in the file: a second line that is not blank."""
    with table.open("rb") as file:
        file.readline(1 << 20)
        while line := file.readline(1 << 20):
            if line.strip():
                return True
    return False


def _year(text: Any) -> int | None:
    """The year in a time of the metadata (`31.12.2024`, `2024`, `2023/24`, `WS 2023/24`), or None."""
    found = re.search(r"(?:19|20)[0-9]{2}", str(text or ""))
    return int(found.group()) if found else None


def _join(parts: list[Path], target: Path, way: GenesisWay) -> Path:
    """One file of all slices: the first header once, then the rows of each slice as they came."""
    with target.open("wb") as out:
        header = b""
        for number, part in enumerate(parts):
            with part.open("rb") as file:
                line = file.readline(1 << 20)
                if number == 0:
                    header = line.rstrip(b"\r\n")
                    out.write(line)
                elif line.rstrip(b"\r\n") != header:
                    raise FetchError(
                        Trouble.UNSTABLE,
                        f"The slices of table {way.table} have different headers",
                        way.source_uri,
                        "The publisher may be updating it: run again later. Nothing was accepted.",
                    )
                last = b"\n"
                while chunk := file.read(1 << 20):
                    out.write(chunk)
                    last = chunk
                if not last.endswith(b"\n"):
                    out.write(b"\n")
    return target


def _empty(way: GenesisWay) -> FetchError:
    return FetchError(
        Trouble.EMPTY,
        f"Table {way.table} holds no rows for what was asked",
        way.source_uri,
        "The catalogue may list empty tables: widen years and areas. The last good snapshot stays current.",
    )


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _move(path: Path, folder: Path) -> Path:
    return path.replace(folder / path.name)
