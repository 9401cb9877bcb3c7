"""Files that the gate reads beside a candidate, since nothing after the candidate reads the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sources.foundation.files import replacing, sha256_of

from . import lineage
from .candidate_state import CandidateState
from .plan import State
from .project import Manifest
from .resources import Paths, Warehouse

if TYPE_CHECKING:
    from exports.products import Product

REGISTER = "mart_area"
"""The relation that lists every area with its validity; the gate compares every product with it."""
IMPLAUSIBLE = "fct_implausible"
"""The relation of cells that are marked as implausible."""


def has_marks(product: Product) -> bool:
    """Whether rows are cells of published tables, among which the implausible are marked, or made of them."""
    decision = product.disclosure
    figures = {"measure_code", "indicator_id"}.intersection(product.grain)
    return bool(figures) and (decision is None or decision.policy is None)


@dataclass(frozen=True)
class Beside:
    """The register of areas and, for products with marks, the cells that a statistician left marked."""

    paths: Paths
    manifest: Manifest
    state: CandidateState
    marks: bool

    @property
    def register(self) -> Path:
        """The register of areas."""
        return self.paths.candidates / "register.parquet"

    @property
    def answered(self) -> Path | None:
        """The marked cells that a statistician has looked at and left marked; None without marks."""
        return self.paths.candidates / "answered.parquet" if self.marks else None

    def hashes(self) -> dict[str, str | None]:
        """File to SHA-256, None for one that is absent."""
        return {
            file.name: sha256_of(file) if file.exists() else None
            for file in (self.register, self.answered)
            if file is not None
        }

    def write(self) -> None:
        """Copy both out of the warehouse, when they changed."""
        self._copy_out(
            "register",
            self.register,
            REGISTER,
            "select distinct area_code, area_level, valid_from, valid_to",
        )
        if self.answered is not None:
            self._copy_out(
                "answered",
                self.answered,
                IMPLAUSIBLE,
                "select dataset_id, area_code, period_key, reference_date, measure_code, cell, "
                "published_value as value",
                "where answer = 'implausible'",
            )

    def _copy_out(self, name: str, file: Path, relation: str, columns: str, which: str = "") -> None:
        node = lineage.relation_id(self.manifest, relation)
        fingerprint = State.read(self.paths).nodes.get(node, {}).get("fingerprint")
        kept = self.state.read(name)
        if file.exists() and kept == {"of": fingerprint, "sha256": sha256_of(file)}:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as beside, Warehouse(self.paths.warehouse).reading() as warehouse:
            warehouse.execute(
                f"copy ({columns} from {relation} {which} order by all) to $file (format parquet)",
                {"file": str(beside)},
            )
        self.state.write(name, {"of": fingerprint, "sha256": sha256_of(file)})
