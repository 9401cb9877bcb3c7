"""Where things lie and what a run may hold: settings, paths, the lock and the warehouse.

This is the only module that reads the environment:

| variable | meaning | default |
|---|---|---|
| `PLANSTAT_DATA` | the data root, everything that is not code | `.data` here, the sample `.sample` |
| `PLANSTAT_DBT_PROJECT` | the dbt project | `dbt_project` beside this package |
| `PLANSTAT_RELEASES` | where public releases lie, for whoever may read them | `releases` in the data root |
| `PLANSTAT_OFFICE_KEY` | file with the key that signs receipts and histories, outside the data root | none |
| `PLANSTAT_OFFICE_SSH_KEY` | SSH key that signs editions too: private, or `.pub` held by an agent | none |
| `PLANSTAT_DISCLOSURE_SECRET` | key of cell-key noise and random rounding | none |
| `PLANSTAT_KOMMONITOR_SECRET` | secret of the client that sends to KomMonitor | none |
| `PLANSTAT_POSTGRES` | libpq's connection string of the database that releases are loaded into | none |

Nothing here imports dagster or dbt, so that `planstat status` does not pay for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.foundation.exits import FAILED, IN_USE, USAGE
from sources.foundation.files import Busy, locked, move_aside, write_text
from sources.foundation.sql import why_not_read

if TYPE_CHECKING:
    import duckdb

    from exports.history import Memory
    from exports.signing import Signer

_PROJECT_FOLDER = Path(__file__).resolve().parent.parent


class InUse(Exception):
    """Another run works in the same data root; the message says which process."""

    exit_code = IN_USE


class BadKey(Exception):
    """The office's key cannot be used; the message says why."""

    exit_code = USAGE


class Damaged(Exception):
    """A file of the data root cannot be read; the message says which and what to do."""

    exit_code = FAILED


class NotBuilt(Exception):
    """The warehouse, or a relation that a product needs, is not there yet."""

    exit_code = USAGE


@dataclass(frozen=True)
class Paths:
    """The folders of one data root. All paths are absolute.

    `apart` is where public releases lie when it is not in the root, which only its owner may enter.
    """

    root: Path
    apart: Path | None = None

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def inbox(self) -> Path:
        """The drop folder: what is put here is landed and leaves it, or stays with a message beside it."""
        return self.root / "inbox"

    @property
    def office(self) -> Path:
        """Who publishes, written by hand: name, e-mail and web address as every release prints them."""
        return self.root / "office.yml"

    @property
    def town(self) -> Path:
        """What the office decides: `answers.csv` to implausible numbers, `known/<product>.yml` findings."""
        return self.root / "town"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def warehouse_state(self) -> Path:
        """Which dbt nodes hold in the warehouse, by fingerprint (see plan.py)."""
        return self.root / "warehouse_state.json"

    @property
    def candidates(self) -> Path:
        return self.root / "candidates"

    @property
    def candidate_state(self) -> Path:
        """From what each candidate was built and what the gate said about which bytes."""
        return self.root / "candidate_state.json"

    @property
    def releases(self) -> Path:
        """Public releases: whoever may enter this folder may read everything in it."""
        return self.apart or self.root / "releases"

    @property
    def internal(self) -> Path:
        """Releases for an internal audience: a folder of its own, with its own catalogue."""
        return self.root / "internal"

    @property
    def disclosure(self) -> Path:
        """What only the data protection officer may see: true values, and why each cell is hidden."""
        return self.root / "disclosure"

    @property
    def kommonitor(self) -> Path:
        """Which thing in KomMonitor belongs to which here."""
        return self.root / "kommonitor.json"

    @property
    def kommonitor_log(self) -> Path:
        """What was sent to KomMonitor: a line of JSON per push."""
        return self.root / "kommonitor.log.jsonl"

    @property
    def dagster_home(self) -> Path:
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        """What dbt writes about builds of this root, so that two roots do not collide."""
        return self.root / "dbt"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def last_run(self) -> Path:
        """What became of the newest run (see last_run.py)."""
        return self.root / "last_run.json"

    @property
    def aside(self) -> Path:
        """What was damaged or stood in the wrong place, moved here by name; nothing reads it."""
        return self.root / "damaged"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"


USUAL_ROOT = Path(".data")
SAMPLE_ROOT = Path(".sample")
"""Data roots in the current folder when PLANSTAT_DATA names none: of own files, and of the sample."""


@dataclass(frozen=True)
class Settings:
    """What one process works on: a data root and a dbt project."""

    paths: Paths
    dbt_project: Path
    secret: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    key_file: Path | None = None
    signer: Signer | None = None
    kommonitor_secret: str = field(default="", repr=False)
    postgres: str = field(default="", repr=False)

    @property
    def memory(self) -> Memory:
        """Where it is remembered what was published, apart from the releases, and the office's key."""
        from exports.history import Memory

        return Memory(
            {
                self.paths.releases: self.paths.root / "releases.history.jsonl",
                self.paths.internal: self.paths.root / "internal.history.jsonl",
            },
            self.key,
            self.signer,
        )

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, of_sample: bool | None = None
    ) -> Settings:
        """Read the settings; a path may be relative to the current folder.

        The sample has a root of its own. Where nobody says whose it is to be (`of_sample`), it is that of own
        files, and that of the sample as long as there is no other.
        """
        values = os.environ if environment is None else environment
        if of_sample is None:
            of_sample = SAMPLE_ROOT.exists() and not USUAL_ROOT.exists()
        usual = SAMPLE_ROOT if of_sample else USUAL_ROOT
        root = Path(values.get("PLANSTAT_DATA") or usual).expanduser().resolve()
        project = Path(values.get("PLANSTAT_DBT_PROJECT") or _PROJECT_FOLDER / "dbt_project")
        secret = values.get("PLANSTAT_DISCLOSURE_SECRET", "").encode()
        releases = values.get("PLANSTAT_RELEASES")
        apart = Path(releases).expanduser().resolve() if releases else None
        named = values.get("PLANSTAT_OFFICE_KEY")
        file = Path(named).expanduser().resolve() if named else None
        key = _read_key(file, root) if file else b""
        ssh = values.get("PLANSTAT_OFFICE_SSH_KEY")
        signer = _read_signer(Path(ssh).expanduser().resolve(), root) if ssh else None
        kommonitor = values.get("PLANSTAT_KOMMONITOR_SECRET", "")
        postgres = values.get("PLANSTAT_POSTGRES", "")
        return cls(
            Paths(root, apart),
            project.expanduser().resolve(),
            secret,
            key,
            file,
            signer,
            kommonitor,
            postgres,
        )

    def for_programs(self) -> dict[str, str]:
        """Variables for programs that are started (dbt, Dagster): same root, no telemetry."""
        return {
            "PLANSTAT_DATA": str(self.paths.root),
            "PLANSTAT_RELEASES": str(self.paths.releases),
            "PLANSTAT_DBT_PROJECT": str(self.dbt_project),
            "PLANSTAT_OFFICE_KEY": str(self.key_file or ""),
            "PLANSTAT_OFFICE_SSH_KEY": str(self.signer.file if self.signer else ""),
            "DAGSTER_HOME": str(self.paths.dagster_home),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "GX_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        """The variables of `for_programs` hold in this process and in what it starts, then no longer."""
        mine = self.for_programs()
        before = {name: os.environ.get(name) for name in mine}
        os.environ.update(mine)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _read_key(file: Path, root: Path) -> bytes:
    """The office's key. Raises BadKey when it cannot protect anything."""
    from exports.history import SHORTEST_KEY

    try:
        key = file.read_bytes().strip()
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError as problem:
        raise BadKey(f"PLANSTAT_OFFICE_KEY: {file} cannot be read ({problem.strerror})") from None
    if file.is_relative_to(root):
        raise BadKey(
            f"PLANSTAT_OFFICE_KEY: {file} lies in the data root, where whoever could forge a release has it "
            "too; put it elsewhere"
        )
    if mode & 0o077:
        raise BadKey(f"PLANSTAT_OFFICE_KEY: others can read {file} (mode {mode:04o}): `chmod 600` it")
    if len(key) < SHORTEST_KEY:
        raise BadKey(
            f"PLANSTAT_OFFICE_KEY: {file} holds fewer than {SHORTEST_KEY} bytes; write a new one with "
            f"`openssl rand -hex 32`"
        )
    return key


def _read_signer(file: Path, root: Path) -> Signer:
    """The office's SSH key. Raises BadKey when it cannot protect anything."""
    from exports.signing import Signer, SigningError

    if file.is_relative_to(root):
        raise BadKey(
            f"PLANSTAT_OFFICE_SSH_KEY: {file} lies in the data root, where whoever could forge a release has "
            "it too; put it elsewhere"
        )
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        signer = Signer.read(file)
    except (OSError, SigningError) as problem:
        raise BadKey(f"PLANSTAT_OFFICE_SSH_KEY: {problem}") from None
    if file.suffix != ".pub" and mode & 0o077:
        raise BadKey(f"PLANSTAT_OFFICE_SSH_KEY: others can read {file} (mode {mode:04o}): `chmod 600` it")
    return signer


def make_root(paths: Paths) -> None:
    """Create the data root for its owner only, whatever the umask; one that is there stays as it is.

    Nobody else can then enter it, so the modes of what lies within do not matter: the warehouse, landing,
    quarantine and candidates hold true counts of few people.
    """
    if paths.root.is_dir():
        return
    paths.root.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):  # another process was first
        paths.root.mkdir(mode=0o700)
        paths.root.chmod(0o700)  # a umask can take bits away


def openness(paths: Paths) -> str | None:
    """Who else can look into the data root, in words; None when only its owner can."""
    if not paths.root.is_dir():
        return None
    mode = stat.S_IMODE(paths.root.stat().st_mode)
    if not mode & 0o077:
        return None
    who = "every user of this machine" if mode & 0o007 else "every member of its group"
    return (
        f"{who} can look into the data root (mode {mode:04o}), where true counts of few people lie: "
        f"`chmod 700 {paths.root}`, and PLANSTAT_RELEASES names another folder if others read the releases"
    )


def notices(settings: Settings) -> list[str]:
    """What whoever starts a run must know of the data root, in words."""
    from exports.release import unremembered

    paths = settings.paths
    forgotten = (unremembered(root, settings.memory) for root in (paths.releases, paths.internal))
    return [words for words in (openness(paths), *forgotten) if words]


@contextlib.contextmanager
def only_run(paths: Paths) -> Iterator[None]:
    """Hold the data root for one run. The system frees the lock when the process ends, however it ends.

    Raises InUse when another process holds it.
    """
    make_root(paths)
    if paths.lock.is_dir():  # nobody can hold a folder
        move_aside(paths.lock, paths.aside)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(paths.lock, wait_seconds=0))
        except Busy:
            holder = paths.lock.read_text(encoding="utf-8", errors="replace").strip() or "unknown"
            raise InUse(
                f"another run works in {paths.root} (process {holder}). Wait until it has ended, "
                "or set PLANSTAT_DATA to another folder."
            ) from None
        paths.lock.write_text(str(os.getpid()), encoding="utf-8")
        yield


def is_running(paths: Paths) -> bool:
    """Whether another process holds the data root right now."""
    if not paths.lock.is_file():
        return False
    try:
        with locked(paths.lock, wait_seconds=0):
            return False
    except Busy:
        return True


def write_json(path: Path, content: Any) -> None:
    """Write JSON, unindented since that is far quicker, so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(content, sort_keys=True, ensure_ascii=False))


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; {} for a file that is absent or holds none. `healing` names those."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


HEADERS_BYTES = 3 * 4096
"""A DuckDB file begins with one main header and two that take turns at every checkpoint."""


@dataclass(frozen=True)
class Warehouse:
    """The DuckDB file that dbt writes; everyone else opens it late, read-only, and closes it."""

    file: Path

    @contextlib.contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection. Raises NotBuilt when dbt has not written the warehouse yet, Damaged when it
        cannot be read.
        """
        import duckdb

        if not self.file.exists():
            raise NotBuilt(f"{self.file} does not exist yet: run `planstat run` first")
        try:
            connection = duckdb.connect(str(self.file), read_only=True)
        except duckdb.Error as problem:
            raise Damaged(why_not_read(self.file, problem)) from problem
        try:
            yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def kept_open(self) -> Iterator[None]:
        """Let every `reading` within share the file that is open once, as DuckDB does in a process.

        Opening reads the text of all views and functions: a tenth of a second, some times per product.
        """
        with self.reading():
            yield

    def mark(self) -> dict[str, int | str] | None:
        """What tells one state of the file from another, the same in a copy; None without a file.

        Its size, a hash of its headers, which count every checkpoint, and the size of the log that a
        killed writer leaves.
        """
        if not self.file.is_file():
            return None
        with self.file.open("rb") as file:
            headers = file.read(HEADERS_BYTES)
        return {
            "size_bytes": self.file.stat().st_size,
            "headers_sha256": hashlib.sha256(headers).hexdigest(),
            "log_bytes": self.log.stat().st_size if self.log.exists() else 0,
        }

    @property
    def log(self) -> Path:
        return self.file.with_name(self.file.name + ".wal")

    def remove(self) -> None:
        """Begin anew; whoever has the file open keeps reading the old one."""
        self.log.unlink(missing_ok=True)
        self.file.unlink(missing_ok=True)
