"""Recognises the files of a folder: which declared dataset each belongs to, by its name and its first line.

A file whose name fits a declaration is that dataset's delivery, even when its first line names another
table: its reader then sets it aside, because a wrong table under the right name is a mistake to report, not
to guess about. A file under a foreign name is recognised by the table its first line names, else by the whole
header of one declared table and no other (`recognition`). The rest is reported as not declared.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from sources.arrival.recognition import by_content
from sources.declared.catalogue import Catalog
from sources.errors import SourceError, problem
from sources.fetch import content
from sources.fetch.archive import unpack
from sources.fetch.errors import FetchError
from sources.foundation.told import Told
from sources.readers.genesis_table import table_code

SHAPEFILE_PARTS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qix", ".shp.xml")
IGNORED = ("~$*", "*.part", "*.tmp", "*.crdownload", "Thumbs.db", "desktop.ini")
NAME_BYTES = 200
"""A file system takes 255 bytes; messages and hidden copies beside a file need some of them."""
MESSAGES = ("*.angenommen.txt", "*.abgelehnt.txt")
"""What the drop folder writes beside a file."""
_STAND = re.compile(rb"Stand: (\d{2})\.(\d{2})\.(\d{4}) / (\d{2}:\d{2}:\d{2})\"?;*\s*\Z")


@dataclass(frozen=True)
class Delivery:
    """One file, or the files that belong together with the main one first.

    `dataset_id` is None for what no declaration knows; `published` sorts editions (the publisher's time
    stamp as text, empty when the file has none at its end). `archive`: the ZIP that the files came in.
    `trouble`: why nothing can be made of it, whatever it holds.
    """

    dataset_id: str | None
    files: tuple[Path, ...]
    published: str = field(default="", compare=False)
    archive: Path | None = None
    trouble: SourceError | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Name of the main file."""
        return shown(self.files[0].name)

    @property
    def origin(self) -> Path:
        """What lies in the folder: the archive, or the main file itself."""
        return self.archive or self.files[0]


def match_folder(catalog: Catalog, folder: Path, scratch: Path | None = None) -> list[Delivery]:
    """All files below `folder` as deliveries: in the catalogue's order, older editions
    first, undeclared last.

    Hidden files, unfinished downloads and symbolic links are left out. An archive that is named as a file of
    a dataset (`12411-01-01-4.zip`) is unpacked below `scratch`, where one is given, and its files take its
    place; of another one nobody has said that its files are deliveries.
    """
    order = {dataset_id: number for number, dataset_id in enumerate(catalog)}
    deliveries = [_delivery(catalog, files) for files in _groups(folder)]
    if scratch is not None:
        deliveries = [
            found
            for number, delivery in enumerate(deliveries)
            for found in _opened(catalog, delivery, scratch / str(number))
        ]
    return sorted(
        deliveries,
        key=lambda one: (
            order.get(one.dataset_id or "", len(order)),
            one.published,
            one.name,
            str(one.files[0]),
        ),
    )


def shown(name: str) -> str:
    """A file's name as it can be written down, whatever bytes it is made of."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def name_trouble(file: Path) -> SourceError | None:
    """Why a name cannot be kept; None when it can."""
    length = len(os.fsencode(file.name))
    if shown(str(file)) != str(file):
        reason = Told("not UTF-8", "nicht UTF-8")
    elif length > NAME_BYTES:
        reason = Told(f"{length} bytes long", f"{length} Bytes lang")
    else:
        return None
    return problem("file_name", shown(file.name), reason=reason, limit=NAME_BYTES)


def _delivery(catalog: Catalog, files: tuple[Path, ...]) -> Delivery:
    for file in files:
        if (trouble := name_trouble(file)) is not None:
            return Delivery(None, files, trouble=trouble)
    return match_files(catalog, files)


def _opened(catalog: Catalog, delivery: Delivery, scratch: Path) -> list[Delivery]:
    """The deliveries in an archive; the delivery itself when it is none."""
    if delivery.dataset_id is not None or delivery.trouble is not None or not is_archive(delivery.files[0]):
        return [delivery]
    archive = delivery.files[0]
    if not _is_named_for_a_dataset(catalog, archive):
        return [replace(delivery, trouble=problem("packed", archive.name))]
    scratch.mkdir(parents=True)
    try:
        unpack(archive, scratch)
    except (FetchError, OSError) as error:
        reason = getattr(error, "what", None) or str(error)
        return [replace(delivery, trouble=problem("bad_archive", archive.name, reason=reason))]
    return [replace(_delivery(catalog, files), archive=archive) for files in _groups(scratch)]


def _is_named_for_a_dataset(catalog: Catalog, archive: Path) -> bool:
    stem = archive.stem.lower()
    return any(
        fnmatchcase(stem + Path(pattern).suffix.lower(), pattern.lower())
        for declaration in catalog.values()
        for pattern in declaration.file_patterns
    )


def is_archive(file: Path) -> bool:
    """Whether a file is a plain ZIP, and no workbook, which is one too."""
    try:
        return content.recognise(file).kind == content.ZIP
    except OSError:
        return False


def match_files(catalog: Catalog, files: tuple[Path, ...]) -> Delivery:
    """The delivery that these files, the main one first, make up."""
    main = files[0]
    name = main.name.lower()
    by_name = {
        declaration.id: max(len(pattern) for pattern in fitting)
        for declaration in catalog.values()
        if (fitting := [p for p in declaration.file_patterns if fnmatchcase(name, p.lower())])
    }
    head, tail = _ends(main)
    code = table_code(head)
    published = _published(tail)
    by_code = {d.id for d in catalog.values() if code is not None and d.table_code == code}
    both = [dataset_id for dataset_id in by_name if dataset_id in by_code]
    if both:
        return Delivery(both[0], files, published)
    if by_name:
        return Delivery(max(by_name, key=lambda dataset_id: by_name[dataset_id]), files, published)
    if by_code:
        return Delivery(min(by_code), files, published)
    return Delivery(by_content(catalog, main), files, published)


def _groups(folder: Path) -> Iterator[tuple[Path, ...]]:
    """Files that belong together, the main one first."""
    files = [path for path in sorted(folder.rglob("*")) if _is_delivery(path, folder)]
    shapes = {path.with_suffix("") for path in files if path.suffix.lower() == ".shp"}
    for path in files:
        if path.suffix.lower() == ".shp":
            parts = [
                other
                for other in files
                if other.parent == path.parent
                and other != path
                and other.name.lower() in {path.stem.lower() + suffix for suffix in SHAPEFILE_PARTS}
            ]
            yield (path, *parts)
        elif not _is_part(path, shapes):
            yield (path,)


def _is_part(path: Path, shapes: set[Path]) -> bool:
    name = path.name.lower()
    return any(
        path.parent == shape.parent and name in {shape.name.lower() + suffix for suffix in SHAPEFILE_PARTS}
        for shape in shapes
    )


def _is_delivery(path: Path, folder: Path) -> bool:
    relative = path.relative_to(folder)
    return (
        path.is_file()
        and not path.is_symlink()
        and not any(part.startswith(".") for part in relative.parts)
        and not is_unfinished(path.name)
    )


def is_unfinished(name: str) -> bool:
    """Whether a file is a download or save in progress by its name, or a message of the drop folder."""
    return any(fnmatchcase(name, pattern) for pattern in (*IGNORED, *MESSAGES))


def _ends(file: Path) -> tuple[bytes, bytes]:
    """First and last bytes of a file; empty when it cannot be read (landing reports that)."""
    try:
        with file.open("rb") as stream:
            head = stream.read(512)
            stream.seek(max(0, file.stat().st_size - 512))
            return head, stream.read()
    except OSError:
        return b"", b""


def _published(tail: bytes) -> str:
    match = _STAND.search(tail)
    if match is None:
        return ""
    day, month, year, time = (part.decode("ascii") for part in match.groups())
    return f"{year}-{month}-{day} {time}"
