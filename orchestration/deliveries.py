"""What was delivered to a run: found once per run, handed out per dataset.

| origin | where files come from |
|---|---|
| `sample` | written now by the twins, in the publishers' own formats, into a temporary folder |
| `folder` | a folder that the caller names |
| `drop` | the inbox of the data root; what was landed leaves it (`sources.arrival.inbox`) |
| `live` | fetched from the publisher when the dataset's turn comes |
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from sources.foundation.files import LEFTOVER

from .resources import Paths

if TYPE_CHECKING:
    from sources.arrival.folder import Delivery
    from sources.arrival.inbox import Inbox
    from sources.arrival.landing import Landing
    from sources.arrival.outcome import Outcome
    from sources.arrival.snapshots import Origin
    from sources.declared.catalogue import Catalog
    from sources.declared.declaration import Declaration
    from sources.fetch.ways import DownloadWay, GenesisWay

TROUBLE = {"set aside", "withdrawn", "unreachable"}
"""Statuses that somebody has to look at."""

SHOWN = 5
"""Files of one folder that are named one by one when no dataset takes them."""

STATUS = {
    "landed": "landed",
    "unchanged": "unchanged",
    "withdrawn": "withdrawn",
    "set_aside": "set aside",
}


@dataclass(frozen=True)
class Arrival:
    """What became of a dataset in this run, over all files of it.

    status: `landed`, `unchanged`, `withdrawn`, `set aside`, `unreachable` or `not delivered`; message: why,
    in words; outcomes: what landing said of each file.
    """

    status: str
    message: str = ""
    outcomes: Sequence[Outcome] = ()


@dataclass
class Deliveries:
    """The deliveries of one run, and the landing they go to.

    only: datasets to take, of a run that is to take no others; all of them when it is empty.
    """

    paths: Paths
    origin: Origin
    folder: str = ""
    only: frozenset[str] = frozenset()
    _dead: dict[str, str] = field(default_factory=dict)
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @contextlib.contextmanager
    def received(self) -> Iterator[Deliveries]:
        """The landing is ready and the deliveries can be taken; temporary files are gone afterwards.

        Raises LandingRefused when the sample would mix with published files.
        """
        refuse_mixing(self.paths, self.origin)
        with self._open:
            self.landing.prepare()
            yield self

    @cached_property
    def landing(self) -> Landing:
        """The landing of this data root."""
        from sources.arrival.landing import Landing

        return Landing(self.paths.root)

    @cached_property
    def _found(self) -> list[Delivery]:
        """All deliveries of the folder, by name and first line."""
        from sources.arrival.folder import match_folder

        if self.origin == "drop":
            return list(self._inbox.deliveries)
        if self.origin == "live" or self.only:
            return []
        if self.origin == "sample":
            from sources.twins.sample import write_sample

            folder = Path(self._open.enter_context(self._scratch("sample")))
            write_sample(folder)
            folders = [folder]
        else:
            folders = [Path(one) for one in self.folder.split(os.pathsep)]
            for folder in folders:
                if not self.folder or not folder.is_dir():
                    named = folder if self.folder else "(none)"
                    raise NotADirectoryError(f"{named} is no folder: nothing to land")
        unpacked = Path(self._open.enter_context(self._scratch("unpacked")))
        return [
            delivery
            for number, folder in enumerate(folders)
            for delivery in match_folder(self.landing.catalog, folder, unpacked / str(number))
        ]

    def _scratch(self, what: str) -> tempfile.TemporaryDirectory[str]:
        """A temporary folder in the data root: what a killed run leaves of it, the next one removes."""
        return tempfile.TemporaryDirectory(
            dir=self.paths.root, prefix=f"{LEFTOVER}{os.getpid()}-", suffix=f"-{what}"
        )

    @cached_property
    def _inbox(self) -> Inbox:
        """The drop folder as it lies there now."""
        from sources.arrival.inbox import Inbox

        return Inbox(self.paths.inbox, self.landing)

    def left_out(self) -> list[str]:
        """What lies in the folder or the inbox and no dataset takes, in words; many of one folder as one."""
        if self.origin == "drop":
            return [str(one.error) for one in self._inbox.left_out]
        if self.origin == "live":
            return []
        from sources.arrival.folder import shown
        from sources.errors import problem

        words = []
        strange: dict[tuple[str, str], list[str]] = {}
        for one in self._found:
            code = one.trouble.code if one.trouble is not None else "not_declared"
            if one.trouble is not None and code != "packed":
                words.append(str(one.trouble))
            elif one.dataset_id is None:
                within = f"{shown(one.archive.name)}: " if one.archive is not None else ""
                root = next(
                    Path(root) for root in self.folder.split(os.pathsep) if one.origin.is_relative_to(root)
                )
                folder = next(iter(one.origin.parent.relative_to(root).parts), ".")
                strange.setdefault((code, shown(folder)), []).append(within + one.name)
        for (code, folder), names in strange.items():
            if len(names) <= SHOWN:
                words += [str(problem(code, name)) for name in names]
            else:
                some = f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more in {folder}"
                words.append(str(problem(code, some)))
        return words

    def may_hold(self, dataset_id: str) -> bool:
        """Whether something is delivered for a dataset, or may be: a publisher has to be asked first."""
        if self.only and dataset_id not in self.only:
            return False
        return self.origin == "live" or any(one.dataset_id == dataset_id for one in self._found)

    def take(self, dataset_id: str) -> Arrival:
        """Land everything delivered for a dataset. A file that is not as declared is set aside, not raised.

        Raises LandingRefused when a sample would mix with published files.
        """
        if self.only and dataset_id not in self.only:
            return Arrival("not delivered")
        declaration = self.landing.catalog[dataset_id]
        if self.origin == "live":
            return self._fetch(declaration)
        if self.origin == "drop":
            return _arrival([self._inbox.take(one) for one in self._found if one.dataset_id == dataset_id])
        outcomes = [
            self.landing.land(
                declaration,
                delivery.files,
                origin=self.origin,
                source_uri=None if self.origin == "sample" else _uri(delivery),
            )
            for delivery in self._found
            if delivery.dataset_id == dataset_id
        ]
        return _arrival(outcomes)

    def _fetch(self, declaration: Declaration) -> Arrival:
        """Get a dataset from its publisher and land it: its declared ways in order until one leads
        to a file. Unreachable is told, not raised; a host that gave no answer is not asked again in this run.
        """
        from sources.fetch import FetchError, FetchState, Trouble, fetch, remember

        try:
            ways = ways_to(self.landing.catalog, declaration)
        except FetchError as problem:
            return Arrival("unreachable", str(problem))
        if not ways:
            return Arrival("not delivered", "its declaration names no address to fetch it from")
        state = FetchState(self.paths.landing / "fetched.json")
        fetched = None
        failed: list[str] = []
        for way in ways:
            host = host_of(way)
            if host in self._dead:
                failed.append(f"{host} did not answer before in this run ({self._dead[host]})")
                continue
            folder = Path(self._open.enter_context(self._scratch("fetch")))
            try:
                fetched = fetch(way, folder, state)
                break
            except FetchError as problem:
                failed.append(str(problem))
                if problem.trouble is Trouble.UNREACHABLE:
                    self._dead[host] = problem.what
        if fetched is None:
            return Arrival("unreachable", "; then: ".join(failed))
        if fetched.unchanged:
            return Arrival("unchanged")
        outcome = self.landing.land(
            declaration,
            sorted(fetched.files, key=lambda file: file.suffix.lower() != ".shp"),  # the main file first
            origin="live",
            source_uri=fetched.source_uri,
            now=fetched.retrieved_at,
        )
        if outcome.status != "set_aside":
            remember(state, fetched)
        return _arrival([outcome])

    def read_again(self) -> list[Outcome]:
        """Read again what an older declaration or reader had read, from the stored originals."""
        return self.landing.refresh()


def _uri(delivery: Delivery) -> str:
    """Where a delivery came from; of an archive also which file in it."""
    uri = str(delivery.origin.resolve().as_uri())
    return uri if delivery.archive is None else f"{uri}#{quote(delivery.files[0].name)}"


def refuse_mixing(paths: Paths, origin: Origin) -> None:
    """Refuse the sample where published files have landed, and these where the sample has.

    The landing refuses it too; this says so before anything is started. A look into an empty inbox delivers
    nothing. Raises LandingRefused.
    """
    from sources.arrival import landing

    from .plan import Landed

    samples = [row["origin"] == "sample" for row in Landed.read(paths).tables.get("ledger", ())]
    if origin == "drop" and all(samples) and not any(paths.inbox.glob("*")):
        return
    landing.refuse_mixing(paths.root, origin, samples)
    if origin == "sample" and paths.releases != paths.root / "releases":
        raise landing.LandingRefused(
            f"PLANSTAT_RELEASES names {paths.releases}, where releases are for everybody; those of the "
            "sample do not belong there. Unset it for the sample."
        )


def ways_to(catalog: Catalog, declaration: Declaration) -> list[DownloadWay | GenesisWay]:
    """How to fetch a dataset: all its declared ways, those without a login first."""
    from sources.fetch.declared import ways_of

    return ways_of(declaration, catalog.publisher(declaration))


def host_of(way: DownloadWay | GenesisWay) -> str:
    """The host that a way asks."""
    from sources.fetch import DownloadWay
    from sources.fetch.genesis import instance_of

    address = way.url if isinstance(way, DownloadWay) else instance_of(way.instance).base
    return urlsplit(address).hostname or address


def _arrival(outcomes: Sequence[Outcome]) -> Arrival:
    """The worst file gives the status, since it is what somebody has to look at."""
    if not outcomes:
        return Arrival("not delivered")
    for status in ("set_aside", "withdrawn", "landed", "unchanged"):
        of_status = [outcome for outcome in outcomes if outcome.status == status]
        if of_status:
            words = "; ".join(word for outcome in outcomes for word in _words(outcome))
            return Arrival(STATUS[status], words, outcomes)
    raise AssertionError("landing knows no other status")


def _words(outcome: Outcome) -> Iterator[str]:
    """What is to be told of one file."""
    if outcome.error:
        yield str(outcome.error)
    elif outcome.newer:
        yield f"{outcome.file_name}: {outcome.newer.words}"
    if outcome.status == "landed":
        yield from (f"{outcome.file_name}, {one}" for one in outcome.corrected)
