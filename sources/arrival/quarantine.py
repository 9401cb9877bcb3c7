"""What was set aside: a delivery that is not as declared, whole, with its reason.

quarantine/<dataset or unknown>/<stamp>-<sha8>/     the file as delivered, reason.json, reason.txt
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

from sources.arrival.snapshots import hash_of, read_json, scratch_in, sorted_json
from sources.errors import SourceError
from sources.foundation.files import sha256_of_text


def put_aside(
    quarantine: Path, files: Sequence[Path], error: SourceError, dataset_id: str | None, now: dt.datetime
) -> Path:
    """Put a copy of a delivery into quarantine with its reason; the same finding is kept once only.

    Without files only the reason is kept: the bytes stay where they are.
    """
    parent = quarantine / (dataset_id or "unknown")
    reason = error.as_dict() | {"dataset_id": dataset_id, "files": [file.name for file in files]}
    sha256, size = hash_of(files) if files else (sha256_of_text(sorted_json(reason)), 0)
    reason |= {"sha256": sha256 if files else None, "size_bytes": size}
    for folder in sorted(parent.glob(f"*-{sha256[:8]}*")):
        if read_json(folder / "reason.json") == reason:
            return folder
    stamp = f"{now:%Y%m%dT%H%M%SZ}-{sha256[:8]}"
    place = parent / stamp
    number = 1
    while place.exists():
        number += 1
        place = parent / f"{stamp}-{number}"
    scratch = scratch_in(parent)
    for file in files:
        shutil.copyfile(file, scratch / file.name)
    (scratch / "reason.json").write_text(sorted_json(reason), encoding="utf-8")
    text = f"{error.sentence_de}\n\n{error.sentence_en}\n"
    (scratch / "reason.txt").write_text(text, encoding="utf-8")
    scratch.replace(place)
    return place
