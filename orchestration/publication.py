"""From a mart to a release, for one product: build the candidate, let the gate check it, publish it.

Each of the three does nothing when nothing changed: `candidate_state` says what is remembered for that.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import expectations
import exports
from expectations import cells as refused_cells
from exports.history import BESIDE, Memory, Remembered
from sources.arrival.mending import gaps
from sources.foundation.editions import CERTIFICATE, GATE_REPORT, RECEIPT, REFUSED_CELLS
from sources.foundation.exits import REFUSED
from sources.foundation.files import replacing, sha256_of

from . import holding, lineage, promises
from .beside import REGISTER, Beside, has_marks
from .candidate_state import CandidateState, Kept, code_hash, digest, hashes, identities
from .currency import currency
from .labelling import with_words
from .plan import Landed, State
from .project import Manifest
from .resources import NotBuilt, Paths, Warehouse, read_json, write_json

if TYPE_CHECKING:
    from exports.disclosure.declaration import Demand
    from exports.disclosure.planning import Context
    from exports.products import Product
    from exports.release import Release
    from sources.declared.catalogue import Catalog

MAPS = ("dim_area_geometry", "dim_area", "bridge_area_hierarchy")
"""The relations that every product with map layers takes outlines and their areas from."""


def read_for_maps(product: Product) -> tuple[str, ...]:
    """The relations and the function that a product's map layers are made with."""
    if product.geometry is None:
        return ()
    function = product.geometry.converted_by
    return (*MAPS, function) if function else MAPS


_NOT_PART_OF_KEY = {"snapshot_id", "retrieved_at", "is_old", "note"}

_MAKES_LINEAGE = tuple(Path(str(module.__file__)) for module in (refused_cells, holding, lineage, promises))
"""The code that says what a row is made from and what is awaited."""


class Found(holding.Sources):
    """What the warehouse says of what is behind a product's rows; it is asked once for each state."""

    awaits: list[promises.Awaited]
    levels: list[str]


class Behind(Found):
    """The same, and the `datasets` that the product names."""

    datasets: list[str]


BUILT, KEPT, RELEASED, WAITS = "built", "kept", "released before", "waits"


class Held(Exception):
    """A product carries figures that the gate refused in another; the message says which and what to do."""

    exit_code = REFUSED


@dataclass(frozen=True)
class Answer:
    """What the gate said about a product: passed or not, counts by outcome, in words, and the report."""

    passed: bool
    counts: Mapping[str, int]
    words: str
    report: Path
    is_new: bool


@dataclass(frozen=True)
class Published:
    """What came of publishing: `released`, `unchanged` or `waits`, the edition, where it lies, what is in it.

    `doubt`: why an edition that was published before must not be relied on any more, in words. `awaits`: what
    the product promises and cannot hold yet, in words.
    """

    status: str
    version: str
    folder: Path
    rows: int
    files: list[str]
    previous: str | None
    doubt: str = ""
    awaits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publication:
    """The way of one product, over one reading of the catalogue. `say` is told what is going on.

    Without `database` the caller brings the database of all products up to date (`exports.release.repair`).
    """

    paths: Paths
    manifest: Manifest
    catalog: Catalog
    name: str
    say: Callable[[str], None] = lambda words: None
    secret: bytes = b""
    memory: Memory = BESIDE
    database: bool = True

    @cached_property
    def product(self) -> Product:
        """The product as declared."""
        from exports.products import FOLDER, load_product

        return load_product(FOLDER / f"{self.name}.yml")

    @property
    def folder(self) -> Path:
        return self.paths.candidates / self.name

    @property
    def releases(self) -> Path:
        """Where this product's editions lie: among the public ones, or among those for internal use."""
        return self.paths.internal if self.product.audience == "internal" else self.paths.releases

    @property
    def known(self) -> tuple[Path, ...]:
        """The releases that an attacker knows: who reads internal editions reads public ones too."""
        return (self.paths.releases, self.paths.internal)

    @property
    def current(self) -> Path:
        return self.releases / self.name / "current"

    @cached_property
    def disclosure(self) -> Context | None:
        """What disclosure control needs for this product; None when it has no policy."""
        decision = self.product.disclosure
        if decision is None or decision.policy is None:
            return None
        from exports.disclosure.planning import Context
        from exports.disclosure.universe import check_families, load_universe, load_universes
        from exports.products import load_products

        universe = load_universe(decision.policy)
        check_families({**load_universes(), universe.name: universe}.values())
        return Context.of(
            universe,
            tuple(load_products().values()),
            self.known,
            self.paths.disclosure / universe.name,
            self.secret,
        )

    @property
    def demand(self) -> Demand | None:
        """What the policy as decided demands of this product; None when it has no policy."""
        from exports.disclosure.universe import demand_of

        return None if self.disclosure is None else demand_of(self.disclosure.universe, self.product)

    def describe(self) -> dict[str, Any]:
        """The product's description as of now."""
        from exports.describe import describe
        from exports.products import load_office

        relation = self.product.relation
        sources = self._sources()
        known = currency(self.paths, self.manifest)
        states = lineage.dataset_states(self.paths, self.catalog, sources["datasets"])
        return describe(
            self._promising(sources),
            with_words(
                lineage.columns_of(self.manifest, relation),
                self.catalog,
                lineage.datasets_of(self.manifest, relation),
            ),
            [{**state, **known.of_dataset(state["dataset_id"])} for state in states],
            load_office(self.paths.office),
            self.demand,
            sources["by_indicator"],
            sources["awaits"],
            known.of_indicators(sources["by_indicator"]),
        )

    @property
    def _accepted(self) -> set[str]:
        """The datasets with an accepted delivery."""
        ledger = Landed.read(self.paths).tables.get("ledger", ())
        return {str(row["dataset_id"]) for row in ledger if row["status"] == "accepted"}

    @property
    def _withdrawn(self) -> list[str]:
        """The withdrawn deliveries, each with its reason."""
        ledger = Landed.read(self.paths).tables.get("ledger", ())
        return sorted(
            f"{row['snapshot_id']} {row['status_reason']}" for row in ledger if row["status"] == "withdrawn"
        )

    def _promising(self, sources: Behind) -> Product:
        """The product, with what it promises relative to what is loaded; `sources` as of `_sources`."""
        checks = self.product.checks
        required = promises.kept(
            checks.get("required", ()), "indicator_id", {awaited["id"] for awaited in sources["awaits"]}
        )
        feeding = {*lineage.figures_of(self.manifest, self.product.relation), *sources["datasets"]}
        at_hand = promises.levels_at_hand(self.catalog, self._accepted.intersection(feeding))
        at_hand = at_hand.intersection(sources.get("levels") or at_hand)
        absent = set(promises.promised(required, "area_level")) - at_hand
        required = promises.kept(required, "area_level", absent)
        if required == list(checks.get("required", ())):
            return self.product
        return self.product.model_copy(update={"checks": {**checks, "required": required}})

    def key(self, description: Mapping[str, Any]) -> str:
        """A hash of what a candidate built now would come from. Raises NotBuilt without its relation."""
        relations = [self.product.relation, *read_for_maps(self.product)]
        if self.disclosure is not None:
            relations += [*self.disclosure.universe.relations, *self.disclosure.relations]
        nodes = State.read(self.paths).nodes
        fingerprints = []
        for relation in relations:
            unique_id = lineage.relation_id(self.manifest, relation)
            if unique_id not in nodes:
                raise NotBuilt(f"{relation}, which product {self.name} publishes, is not built")
            fingerprints.append(nodes[unique_id]["fingerprint"])
        datasets = [
            {name: value for name, value in dataset.items() if name not in _NOT_PART_OF_KEY}
            for dataset in description["datasets"]
        ]
        return digest([fingerprints, {**description, "datasets": datasets}, code_hash(exports)])

    def is_released(self, kept: Kept) -> bool:
        """Whether the current release holds exactly what was built last."""
        from exports.release import current_release

        release = current_release(self.releases, self.name)
        return release is not None and release.fingerprint == kept.get("fingerprint")

    def next_step(self) -> str:
        """In words, what a run would do for this product, given that its models hold."""
        kept = self._kept()
        if kept.get("waits"):
            return f"leave it out: it waits {kept['waits']}"
        if kept.get("relation") != self._relation_fingerprint() or kept.get("key") != self.key(
            self.describe()
        ):
            return "build it anew: description or exports changed"
        if self.is_released(kept):
            return "leave it as it is"
        receipt = read_json(self.folder / RECEIPT)
        if receipt.get("passed") is False:
            return "refuse it again, since the gate refused exactly this"
        if receipt.get("held"):
            refusing = ", ".join(hold["product"] for hold in receipt["held"])
            return f"hold it back: it carries figures that the gate refused in {refusing}"
        return "check and release it"

    def build(self) -> tuple[str, int]:
        """Write the candidate, unless what it would come from is as before. Returns status and rows."""
        from exports import candidate

        reason = self._waits()
        if reason is not None:
            self._keep({"waits": reason})
            return WAITS, 0
        self._beside.write()
        description = self.describe()
        key = self.key(description)
        kept = self._kept()
        if kept.get("key") == key and self.is_released(kept):
            return RELEASED, int(kept.get("rows", 0))
        planned_with = self._public()
        if kept.get("key") == key and kept.get("public", []) == planned_with and not self._changed(kept):
            return KEPT, int(kept.get("rows", 0))
        previous = self.current if self.current.exists() else None
        made = candidate.build(
            self.paths.warehouse,
            self.product,
            description,
            self.folder,
            previous,
            lambda file: self.say(f"{self.name}: writing {file}"),
            self.disclosure,
        )
        self._keep(
            {
                "lineage": sha256_of(self._lineage_of(str(self._relation_fingerprint()))),
                "key": key,
                "relation": self._relation_fingerprint(),
                "fingerprint": made.fingerprint,
                "files": hashes(self.folder),
                "beside": self._beside.hashes(),
                "rows": made.rows,
                "public": planned_with,
            }
        )
        return BUILT, made.rows

    def check(self) -> Answer:
        """Let the gate check the candidate, unless it has seen exactly this, and write the receipt."""
        from exports import candidate, release

        kept = self._kept()
        if kept.get("waits"):
            return Answer(True, {}, f"waits {kept['waits']}", self.folder, is_new=False)
        damage = self._damage()
        if damage:
            return self._refusal(damage)
        if self.is_released(kept):
            return self._answer(self.current, is_new=False)
        seen = release.look(self.folder)
        changed = self._changed(kept)
        if changed:
            return self._refusal(
                f"{self.folder}: {', '.join(changed)} changed after it was written; find out who writes "
                "there, the next run builds it anew"
            )
        made = candidate.read(self.folder)
        description = self.describe()
        looked_at = self._looked_at(made.fingerprint, description)
        receipt = read_json(self.folder / RECEIPT)
        seen_before = kept.get("gate") == looked_at and receipt.get("fingerprint") == made.fingerprint
        if seen_before and release.is_genuine(receipt, self.memory.key):
            return self._answer(self.folder, is_new=False)
        beside = identities(self._beside.register, self._beside.answered, self._behind(kept))
        written: dict[str, str] = {}
        if self.disclosure is not None:
            self.say(f"{self.name}: attacking what would be published")
            from exports.disclosure.auditor.edition import certify
            from exports.disclosure.record import read_outdated

            demand, confidential = self.demand, self.disclosure.confidential
            assert demand is not None, "a product with a policy has a demand"
            assert confidential is not None, "and a folder of its own"
            remembered = self._remembered(self.disclosure)
            attacked = certify(self.folder, self.known, demand, remembered, read_outdated(confidential))
            written |= {CERTIFICATE: attacked.sha256} if attacked.sha256 else {}
            if not attacked.passed:  # how a hidden number follows is for no log
                broken = len(attacked.findings)
                how = f"{broken} broken, `planstat disclosure audit {self.name}` says how"
                self.say(f"{self.name}: the attack succeeded: {how if broken else attacked.words}")
        self.say(f"{self.name}: the gate checks")
        from expectations import gate

        previous = self.current if self.current.exists() else None
        verdict = gate.check(
            self.folder,
            description,
            previous,
            self._beside.register,
            lineage=self._behind(kept),
            office=self.paths.town / "known",
            answered=self._beside.answered,
            deliveries=self._deliveries if self._deliveries.exists() else None,
            previous_lineage=self._released_lineage if self._released_lineage.exists() else None,
        )
        if identities(self._beside.register, self._beside.answered, self._behind(kept)) != beside:
            return self._refusal(
                f"{self.paths.candidates}: the register or the lineage changed while {self.name} was "
                "checked; find out who writes there, then check it again"
            )
        try:
            release.write_receipt(
                candidate.read(self.folder),
                verdict.as_dict(),
                description,
                seen,
                written=verdict.written | written,
                previous=previous,
                held=None,
                key=self.memory.key,
            )
        except release.ReleaseRefused as refused:
            return self._refusal(str(refused))
        self._keep({**kept, "gate": looked_at})
        return self._answer(self.folder, is_new=True)

    def _damage(self) -> str | None:
        """What is wrong with the current edition, in words: it is read by everybody and compared with."""
        from exports.release import ReleaseError, ReleaseRefused, repair, verify

        if not self.current.exists():
            return None
        try:
            repair(self.releases, self.memory, database=self.database)
            verify(self.releases, self.name, memory=self.memory)
        except (ReleaseRefused, ReleaseError) as problem:
            return (
                f"{problem}. If there is none: `planstat releases lost {self.name} VERSION --reason …`, and "
                "the next run publishes anew"
            )
        return None

    def _changed(self, kept: Kept) -> list[str]:
        """Files of the candidate that are not as they were written, and the register when it is not."""
        written, found = kept.get("files") or {}, hashes(self.folder)
        names = [name for name in written.keys() | found.keys() if written.get(name) != found.get(name)]
        kept_beside, found_beside = kept.get("beside") or {}, self._beside.hashes()
        names += [name for name, sha256 in found_beside.items() if sha256 != kept_beside.get(name)]
        return sorted(names) or ([] if written else ["datapackage.json"])

    def _refusal(self, words: str) -> Answer:
        """A refusal that no check of the gate expresses."""
        return Answer(False, {"passed": 0, "warned": 0, "failed": 1}, words, self.folder, is_new=True)

    def publish(self) -> Published:
        """Publish the candidate. The receipt is verified there, whoever calls and whatever came before.

        Raises Held when another product's gate refused cells that this one carries, or has not judged them
        yet, and `exports.release.ReleaseRefused` without a passing receipt for exactly these bytes.
        """
        from exports import release

        kept = self._kept()
        current = release.current_release(self.releases, self.name)
        before = current.version if current else None
        if kept.get("waits"):
            return Published("waits", before or "", self.folder, 0, [], before)
        if current is not None and self.is_released(kept):
            release.repair(self.releases, self.memory, database=self.database)
            return self._published("unchanged", current, before, self._doubt(current))
        if not self._attack_is_current():
            # another product about the same cases was released meanwhile: attack them together
            answer = self.check()
            if not answer.passed:
                raise release.ReleaseRefused(
                    f"{self.folder}: the gate did not pass this candidate: {answer.words}"
                )
        self._refuse_gap(before)
        if read_json(self.folder / RECEIPT).get("passed") is True:
            self._refuse_held(before)
        outcome = release.publish(
            self.name,
            self.folder,
            self.releases,
            datetime.now(UTC),
            audience=self.product.audience,
            known=self.known,
            memory=self.memory,
            database=self.database,
        )
        if isinstance(outcome, release.Unchanged):
            return self._published("unchanged", outcome.release, before)
        with replacing(self._released_lineage) as beside:
            shutil.copyfile(self._behind(kept), beside)
        self._catalogue()
        return self._published("released", outcome, before)

    def _catalogue(self) -> None:
        """Write the catalogue for portals anew, where the office has one; internal editions stand in none."""
        from exports.products import load_office

        office = load_office(self.paths.office)
        if self.product.audience == "public" and office.catalogue is not None:
            from exports.dcat import write_catalogue

            write_catalogue(self.paths.releases, office)

    def _published(self, status: str, release: Release, previous: str | None, doubt: str = "") -> Published:
        files = sorted(entry.name for entry in release.path.iterdir())
        receipt = read_json(release.path / RECEIPT)
        awaits = tuple(promises.in_words(awaited) for awaited in receipt.get("awaits", ()))
        return Published(status, release.version, release.path, release.rows, files, previous, doubt, awaits)

    def _behind(self, kept: Kept) -> Path:
        """Which cells of the sources every row of the candidate is made from, as a file."""
        built_from = str(kept.get("relation"))
        return self._lineage_of(built_from)

    def _lineage_of(self, fingerprint: str) -> Path:
        """Where the lineage of a state of the relation lies, as this code and this promise make it."""
        wanted = promises.promised(self.product.checks.get("required", ()), "indicator_id")
        short = digest([fingerprint, wanted, *map(sha256_of, _MAKES_LINEAGE)])[:16]
        return self.paths.candidates / f"{self.name}.{short}.lineage.parquet"

    @property
    def _released_lineage(self) -> Path:
        """The lineage of the edition that is out: what a withdrawn delivery took with it is read off it."""
        return self.paths.candidates / f"{self.name}.released.lineage.parquet"

    @property
    def _deliveries(self) -> Path:
        """The ledger: what counts, and what a person withdrew."""
        return self.paths.landing / "ledger.parquet"

    def _sources(self) -> Behind:
        """What feeds the product's rows as the warehouse holds them now, see `holding.sources`.

        Asked of the warehouse once for each state of the relation. An exempt product also names every
        confidential dataset that it could draw on, so that the gate sees it.
        """
        fingerprint = self._relation_fingerprint()
        if fingerprint is None:
            raise NotBuilt(f"{self.product.relation}, which product {self.name} publishes, is not built")
        cells = self._lineage_of(fingerprint)
        about = cells.with_suffix(".json")
        if not (cells.exists() and about.exists()):
            for old in self.paths.candidates.glob(f"{self.name}.*.lineage.*"):
                if old != self._released_lineage:
                    old.unlink(missing_ok=True)
            required = self.product.checks.get("required", ())
            wanted = promises.promised(required, "indicator_id")
            with Warehouse(self.paths.warehouse).reading() as warehouse:
                holding.write_lineage(warehouse, self.manifest, self.product.relation, cells)
                found: Found = {
                    **holding.sources(warehouse, self.manifest, self.product, cells, self.catalog),
                    "awaits": promises.awaited(warehouse, self.manifest, self.catalog, self._accepted, wanted)
                    if wanted
                    else [],
                    "levels": promises.levels_loaded(warehouse, self.manifest, self.product.relation)
                    if promises.promised(required, "area_level")
                    else [],
                }
            write_json(about, found)
            kept = self._kept()
            if kept.get("relation") == fingerprint:
                self._keep({**kept, "lineage": sha256_of(cells)})
        from sources.areas.area_names import names_areas

        sources = cast("Found", read_json(about))
        upstream = lineage.datasets_of(self.manifest, self.product.relation)
        fed = {*sources["figures"], *self._accepted.intersection(sources["names"])}
        if not fed:  # without a register all that is known of areas is what the tables print
            fed |= {name for name in self._accepted if names_areas(self.catalog[name])}
        if self.disclosure is None:
            fed |= {name for name in upstream if self.catalog[name].confidential}
        return {**sources, "datasets": sorted(fed)}

    @cached_property
    def _others(self) -> list[Publication]:
        """The other products that may carry figures from the same datasets."""
        from exports.products import load_products

        relations = {name: product.relation for name, product in load_products().items()}
        known = {node["name"] for node in self.manifest["nodes"].values()}
        built = {name: relation for name, relation in relations.items() if relation in known}
        names = holding.sharing(self.manifest, built)[self.name]
        return [replace(self, name=name) for name in names]

    def _relation_fingerprint(self) -> str | None:
        """The state of the warehouse that a candidate built now would show."""
        node = lineage.relation_id(self.manifest, self.product.relation)
        fingerprint: str | None = State.read(self.paths).nodes.get(node, {}).get("fingerprint")
        return fingerprint

    def _is_judged(self) -> bool:
        """Whether the gate has looked at what the warehouse holds now, or there is nothing to look at."""
        kept = self._kept()
        if kept.get("waits"):
            return True
        if kept.get("relation") != self._relation_fingerprint():
            return False
        from exports.release import is_genuine

        receipt = read_json(self.folder / RECEIPT)
        if self.is_released(kept):
            return True
        if receipt.get("fingerprint") != kept.get("fingerprint") or not is_genuine(receipt, self.memory.key):
            return False
        cells = receipt.get("files", {}).get(REFUSED_CELLS)
        refused = self.folder / REFUSED_CELLS
        return cells is None or (refused.is_file() and sha256_of(refused) == cells["sha256"])

    def _holds(self) -> list[holding.Hold]:
        """What the gate refused in other products and this one carries too; see `holding.holds`."""
        refused = {
            other.name: other.folder
            for other in self._others
            if (other.folder / REFUSED_CELLS).is_file() and not other.is_released(other._kept())
        }
        return holding.holds(self._behind(self._kept()), refused) if refused else []

    def _refuse_held(self, before: str | None) -> None:
        """Write into the receipt what holds this product back. Raises Held when something does."""
        from exports import release

        unjudged = [other.name for other in self._others if not other._is_judged()]
        if unjudged:
            raise Held(
                f"{self.name} is held back: the gate has not judged {', '.join(unjudged)} over the present "
                "state of the warehouse, where the same figures may stand. `planstat run` does it all"
            )
        kept = self._kept()
        if not self._behind(kept).exists() or sha256_of(self._behind(kept)) != kept.get("lineage"):
            raise Held(
                f"{self.name} is held back: {self._behind(kept)} changed after it was written, so that "
                "nobody knows from which cells its rows are made. Delete it; the next run writes it anew"
            )
        holds = self._holds()
        release.record_holds(self.folder, holds, self.memory.key)
        if holds:
            stands = f"the edition {before} stays as it is" if before else "it has no edition yet"
            raise Held(
                f"{self.name} is held back, {stands}: it carries figures made from cells that the gate "
                f"refused in {'; '.join(map(holding.in_words, holds))}. {self._mend(holds)}"
            )

    def _refuse_gap(self, before: str | None) -> None:
        """Raises Held while a delivery behind the product is damaged: an older one counts in its place."""
        upstream = set(lineage.datasets_of(self.manifest, self.product.relation))
        damaged = {name: lost for name, lost in gaps(self.paths.landing).items() if name in upstream}
        if damaged:
            stands = f"the edition {before} stays as it is" if before else "it has no edition yet"
            lost = "; ".join(f"{name}: {', '.join(found)}" for name, found in sorted(damaged.items()))
            raise Held(
                f"{self.name} is held back, {stands}: what was delivered is damaged ({lost}). Deliver the "
                "file again, restore the snapshot from a backup, or `planstat sources withdraw SNAPSHOT "
                "--because …`"
            )

    def _doubt(self, current: Release) -> str:
        """Why the edition that is out must not be relied on: the gate has since refused cells in it.

        Only cells of a delivery that was there when the edition came out; a later one is not in it.
        """
        then = f"{current.published_at:%Y%m%dT%H%M%SZ}"
        holds = [hold for hold in self._holds() if any(name[:16] <= then for name in hold["snapshots"])]
        if not holds:
            return ""
        return (
            f"{current.id}, published before, carries figures made from cells that the gate refuses now in "
            f"{'; '.join(map(holding.in_words, holds))}. {self._mend(holds)}"
        )

    def _mend(self, holds: list[holding.Hold]) -> str:
        return holding.mend(holds, Landed.read(self.paths))

    def _answer(self, folder: Path, *, is_new: bool) -> Answer:
        verdict = read_json(folder / RECEIPT).get("verdict", {})
        counts = {"passed": 0, "warned": 0, "failed": 0}
        for check in verdict.get("checks", ()):
            outcome = {"noted": "passed", "error": "failed"}.get(check["outcome"], check["outcome"])
            counts[outcome] += 1
        report = folder / GATE_REPORT
        words = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
        failed = [
            f"{check['title']}: {check['observed']} (to be fixed by: {check['who_fixes']})"
            for check in verdict.get("checks", ())
            if check["outcome"] in ("failed", "error")
        ]
        if failed:
            words = "; ".join([*failed, f"see {report}"])
        return Answer(bool(verdict.get("passed")), counts, words, report, is_new)

    def _attack_is_current(self) -> bool:
        """Whether the certificate knew all that is out about the same cases; so it is without a policy."""
        if self.disclosure is None:
            return True
        from exports.disclosure.auditor.edition import is_current

        return is_current(self.folder, self.known, self._remembered(self.disclosure))

    def _waits(self) -> str | None:
        """For what a product waits that was never released, in words; once released, the gate wants rows.

        It waits without the rows it begins with: always where it says until when (`may_be_empty`), else as
        long as none of its own datasets is delivered, or none that can hold what it promises. What the
        register is made from gives no other product rows, and confidential datasets give none to a product
        without a policy.
        """
        if self.current.exists():
            return None
        from duckdb import ColumnExpression, ConstantExpression

        with Warehouse(self.paths.warehouse).reading() as warehouse:
            rows = warehouse.table(self.product.relation)
            for column, values in self.product.begins_with.items():
                rows = rows.filter(ColumnExpression(column).isin(*map(ConstantExpression, values)))
            if rows.limit(1).fetchone() is not None:
                return None
        if self.product.may_be_empty is not None:
            return f"for its first rows, {self.product.may_be_empty}"
        own = set(lineage.datasets_of(self.manifest, self.product.relation))
        own -= set(lineage.datasets_of(self.manifest, REGISTER))
        if self.disclosure is None:
            own = {dataset_id for dataset_id in own if not self.catalog[dataset_id].confidential}
        if not Landed.read(self.paths).accepted(own):
            return "for its first rows: none of the tables it is made from is delivered"
        required = self.product.checks.get("required")
        if required and not self._promising(self._sources()).checks["required"]:
            return "for its first rows: no delivered table holds an indicator or area level that it promises"
        return None

    def _looked_at(self, fingerprint: str, description: Mapping[str, Any]) -> str:
        from exports.describe import parse
        from exports.release import current_release, demands_sha256

        release = current_release(self.releases, self.name)
        known = self.paths.town / "known" / f"{self.name}.yml"
        return digest(
            [
                fingerprint,
                demands_sha256(parse(description)),
                self._public(),
                None if self.disclosure is None else self._remembered(self.disclosure),
                release.version if release else None,
                self._beside.hashes(),
                self._withdrawn,
                code_hash(expectations),
                known.read_text(encoding="utf-8") if known.exists() else None,
            ]
        )

    def _remembered(self, disclosure: Context) -> Remembered:
        """What was ever published about the same cases."""
        from exports.release import remembered

        return remembered(self.known, disclosure.universe.family, self.memory)

    def _public(self) -> list[str]:
        """Editions about the same cases that are out; [] for a product without a policy."""
        if self.disclosure is None:
            return []
        from exports.disclosure.auditor.earlier import released

        return [edition.id for edition in released(self.known, self.disclosure.universe.family)]

    @property
    def _state(self) -> CandidateState:
        """What is remembered of all candidates."""
        return CandidateState(self.paths.candidate_state, self.memory.key)

    @property
    def _beside(self) -> Beside:
        """What the gate reads beside the candidate."""
        return Beside(self.paths, self.manifest, self._state, has_marks(self.product))

    def _kept(self) -> Kept:
        return cast("Kept", self._state.read(self.name))

    def _keep(self, content: Kept) -> None:
        self._state.write(self.name, content)
