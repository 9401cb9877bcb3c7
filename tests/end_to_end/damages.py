"""What can happen to the files of a data root, kind by kind: each damage is done to a root that was whole.

A power cut truncates, a full disk leaves nothing, a careless copy turns links into folders, a finger deletes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

LAND = "land_area"
"""A product of the small root, whose edition is damaged."""
DATASET = "11111-01-01-4"
"""The dataset that it is made from."""

Damage = Callable[[Path], object]


def _opened(path: Path) -> Path:
    """A file of an edition, writable."""
    path.parent.chmod(0o755)
    path.chmod(0o644)
    return path


def truncated(path: Path) -> None:
    """The first half of a file is left."""
    content = path.read_bytes()
    _opened(path).write_bytes(content[: len(content) // 2])


def empty(path: Path) -> None:
    """Nothing of a file is left but its name."""
    _opened(path).write_bytes(b"")


def garbage(path: Path) -> None:
    """Other bytes, no text in any encoding, in the length that was."""
    size = path.stat().st_size
    _opened(path).write_bytes((b"\xff\xfe\x00\x81" * (size // 4 + 1))[:size])


def flipped(path: Path) -> None:
    """One byte in the middle is another: the length, the beginning and the end are as they were."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    _opened(path).write_bytes(content)


def gone(path: Path) -> None:
    """No file of that name."""
    path.unlink()


def folder(path: Path) -> None:
    """A folder in the place of a file, with something in it."""
    path.unlink()
    path.mkdir()
    (path / "something.txt").write_text("x", encoding="utf-8")


def file(path: Path) -> None:
    """A file in the place of a folder."""
    path.rename(path.with_name(f"{path.name} of somebody"))
    path.write_text("x", encoding="utf-8")


def on(name: str, damage: Damage) -> Damage:
    """A damage to the one file of that name (a pattern below the root)."""
    return lambda root: damage(next(iter(sorted(root.glob(name)))))


SNAPSHOT = f"landing/*/{DATASET}/snapshot=2*"
EDITION = f"releases/{LAND}/2*"


def _of_original(root: Path) -> None:
    truncated(next(root.glob(f"{SNAPSHOT}/original/*")))


def _without_original(root: Path) -> None:
    """Neither what was delivered nor what was read of it can be read."""
    truncated(next(root.glob(f"{SNAPSHOT}/original/*")))
    truncated(next(root.glob(f"{SNAPSHOT}/cells.parquet")))


def _both_receipts(root: Path) -> None:
    """What a delivery was, and the ledger that says so too."""
    truncated(next(root.glob(f"{SNAPSHOT}/snapshot.json")))
    (root / "landing" / "ledger.parquet").unlink()


def _withdrawn(root: Path) -> None:
    """A delivery was withdrawn, and the note about that cannot be read any more."""
    folder = next(root.glob(SNAPSHOT))
    (folder / "withdrawn.json").write_bytes(b'{"reason": "wrong ta')


def _link_as_folder(root: Path) -> None:
    """A copy that follows links."""
    link = root / "releases" / LAND / "current"
    edition = link.resolve()
    link.unlink()
    shutil.copytree(edition, link)


def _link_dangling(root: Path) -> None:
    link = root / "releases" / LAND / "current"
    link.unlink()
    link.symlink_to("2020-01-01.1")


def _half_copied(root: Path) -> None:
    """A copy of editions that was broken off: a folder with some of the files."""
    half = root / "releases" / LAND / "2099-01-01.1"
    edition = (root / "releases" / LAND / "current").resolve()
    half.mkdir()
    for name in ("release.json", f"{LAND}.csv"):
        shutil.copyfile(edition / name, half / name)


def _relinked(root: Path) -> None:
    """`current` is gone, and the bytes of the edition that it led to are others."""
    (root / "releases" / LAND / "current").unlink()
    flipped(next(root.glob(f"{EDITION}/{LAND}.csv")))


def _leftovers(root: Path) -> None:
    """What killed runs leave everywhere."""
    for place in (root, root / "landing", root / "candidates", root / "releases", root / "disclosure"):
        place.mkdir(exist_ok=True)
        (place / ".tmp-999999999-0123456789ab-half").mkdir()
        (place / ".tmp-999999999-0123456789ab-half" / "x").write_text("x", encoding="utf-8")


def _torn_history(root: Path) -> None:
    """The machine went off while a line was written."""
    with (root / "releases.history.jsonl").open("ab") as history:
        history.write(b'{"at":"2026-01-01T00:00:00","bef')


def _wal(root: Path) -> None:
    (root / "warehouse.duckdb.wal").write_bytes(b"\xff\xfe\x00\x81" * 100)


def _old_dagster(root: Path) -> None:
    for found in root.glob("dagster/**/*.db*"):
        garbage(found)


def _foreign_state(name: str) -> Damage:
    """A state that is JSON and says something else than states do."""
    return lambda root: (root / name).write_text(json.dumps({"nodes": ["x"], "mark": 7}), encoding="utf-8")


DAMAGES: dict[str, Damage] = {
    "ledger truncated": on("landing/ledger.parquet", truncated),
    "ledger empty": on("landing/ledger.parquet", empty),
    "ledger gone": on("landing/ledger.parquet", gone),
    "ledger a folder": on("landing/ledger.parquet", folder),
    "datasets.parquet garbage": on("landing/datasets.parquet", garbage),
    "area_names.parquet truncated": on("landing/area_names.parquet", truncated),
    "text_corrections.parquet a folder": on("landing/text_corrections.parquet", folder),
    "empty partition truncated": on(f"landing/*/{DATASET}/snapshot=none/*.parquet", truncated),
    "fetched.json garbage": lambda root: (root / "landing" / "fetched.json").write_bytes(b"\xff{"),
    "snapshot.json truncated": on(f"{SNAPSHOT}/snapshot.json", truncated),
    "snapshot.json empty": on(f"{SNAPSHOT}/snapshot.json", empty),
    "snapshot.json gone": on(f"{SNAPSHOT}/snapshot.json", gone),
    "snapshot.json and ledger": _both_receipts,
    "withdrawn.json truncated": _withdrawn,
    "cells truncated": on(f"{SNAPSHOT}/cells.parquet", truncated),
    "cells flipped": on(f"{SNAPSHOT}/cells.parquet", flipped),
    "cells gone": on(f"{SNAPSHOT}/cells.parquet", gone),
    "cells a folder": on(f"{SNAPSHOT}/cells.parquet", folder),
    "records garbage": on("landing/*/gv-isys/snapshot=2*/records.parquet", garbage),
    "original truncated": _of_original,
    "original and cells truncated": _without_original,
    "warehouse truncated": on("warehouse.duckdb", truncated),
    "warehouse garbage": on("warehouse.duckdb", garbage),
    "warehouse empty": on("warehouse.duckdb", empty),
    "warehouse gone": on("warehouse.duckdb", gone),
    "warehouse a folder": on("warehouse.duckdb", folder),
    "warehouse log garbage": _wal,
    "warehouse_state truncated": on("warehouse_state.json", truncated),
    "warehouse_state foreign": _foreign_state("warehouse_state.json"),
    "warehouse_state a folder": on("warehouse_state.json", folder),
    "candidate_state truncated": on("candidate_state.json", truncated),
    "candidate_state foreign": _foreign_state("candidate_state.json"),
    "candidate_state gone": on("candidate_state.json", gone),
    "lineage truncated": on(f"candidates/{LAND}.*.lineage.parquet", truncated),
    "lineage about truncated": on(f"candidates/{LAND}.*.lineage.json", truncated),
    "released lineage garbage": on(f"candidates/{LAND}.released.lineage.parquet", garbage),
    "currency garbage": on("candidates/currency.*.json", garbage),
    "register truncated": on("candidates/register.parquet", truncated),
    "candidates a file": on("candidates", file),
    "current gone": on(f"releases/{LAND}/current", gone),
    "current a folder": _link_as_folder,
    "current dangling": _link_dangling,
    "current gone, edition flipped": _relinked,
    "edition half copied": _half_copied,
    "only edition: data flipped": on(f"{EDITION}/{LAND}.csv", flipped),
    "only edition: receipt truncated": on(f"{EDITION}/receipt.json", truncated),
    "only edition: release.json gone": lambda root: _opened(
        next(root.glob(f"{EDITION}/release.json"))
    ).unlink(),
    "only edition: package empty": on(f"{EDITION}/datapackage.json", empty),
    "history truncated in a line": _torn_history,
    "history garbage": on("releases.history.jsonl", garbage),
    "history empty": on("releases.history.jsonl", empty),
    "history gone": on("releases.history.jsonl", gone),
    "history a folder": on("releases.history.jsonl", folder),
    "catalog garbage": on("releases/catalog.json", garbage),
    "index garbage": on("releases/index.html", garbage),
    "database truncated": on("releases/planstat.duckdb", truncated),
    "database a folder": on("releases/planstat.duckdb", folder),
    "dagster runs garbage": _old_dagster,
    "dagster index truncated": on("dagster/history/runs/index.db", truncated),
    "dagster a file": on("dagster", file),
    "dagster.yaml empty": on("dagster/dagster.yaml", empty),
    "dbt build a file": on("dbt/build", file),
    "logs a file": on("logs", file),
    "run.lock garbage": lambda root: (root / "run.lock").write_bytes(b"\xff\xfe"),
    "last_run truncated": lambda root: truncated(root / "last_run.json"),
    "run.lock a folder": on("run.lock", folder),
    "leftovers of killed runs": _leftovers,
}
