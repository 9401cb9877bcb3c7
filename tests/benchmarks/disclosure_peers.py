"""Other programs on the common cases, side by side: `python -m tests.benchmarks.disclosure_peers`.

GaussSuppression's patterns are stored with the cases. G-Confid (Statistics Canada, `pip install gconfid`,
GPL-3.0) is never installed with this project; it runs out of process from an environment of its own, whose
Python the environment variable PLANSTAT_GCONFID_PYTHON names. Every cell below the minimum frequency must be
able to move by 1 in both programs; ours plans with `effort: optimal` against K1.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from exports.disclosure.constraints import System, build_system
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.pattern import Pattern, plan
from exports.disclosure.policy import Data, Policy
from exports.disclosure.primary import Primaries, find_primaries
from tests.exports.disclosure.disclosure_cases import declare, leaves_of, read_rows

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "10-disclosure"

GCONFID = "PLANSTAT_GCONFID_PYTHON"

SCRIPT = """
import logging, sys
import pandas as pd
import gconfid
logging.disable(logging.CRITICAL)
folder = sys.argv[1]
run = gconfid.Suppression(
    incell=pd.read_csv(folder + "/cells.csv"),
    inconstraint=pd.read_csv(folder + "/constraints.csv"),
    cost_function1=sys.argv[2], cost_var1="Cost", cost_function2=sys.argv[3] or None, cost_var2="Cost",
)
run.outsuppress.to_pandas().to_csv(folder + "/out.csv", index=False)
"""

Dimensions = Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]]

Z1: Dimensions = {"region": ("region", {}), "hovedint": ("hovedint", {})}
Z2: Dimensions = {
    "region": ("region", {"fylke": ("fylke",), "kostragr": ("kostragr",)}),
    "hovedint": ("hovedint", {}),
}
ACCIDENTS: Dimensions = {"mun": ("mun", {}), "inj": ("inj", {})}
PARIS: Dimensions = {"nation": ("nation", {"c": ("continent",)}), "age": ("age", {})}
T100X8: Dimensions = {
    "d0_l0": ("d0_l0", {"h": ("d0_l2", "d0_l1")}),
    "d1_l0": ("d1_l0", {"h": ("d1_l1",)}),
}


@dataclass(frozen=True)
class Case:
    """A table, the smallest count that may be shown, and the file with GaussSuppression's pattern."""

    source: str
    reference: str
    dimensions: Dimensions
    value: str
    minimum: int
    rules: Mapping[str, object] = field(default_factory=dict)

    def load(self) -> tuple[System, Primaries]:
        """The planner's view of the table."""
        rows = read_rows(CASES / self.source)
        leaves = leaves_of(rows, {name: column for name, (column, _) in self.dimensions.items()}, self.value)
        policy = Policy.model_validate(
            {
                "legal_basis": "benchmark",
                "decided_by": "benchmark",
                "decided_on": dt.date(2026, 1, 1),
                "withstand": ("K1",),
                "rules": {"minimum_frequency": self.minimum, **self.rules},
            }
        )
        system = build_system(declare(rows, self.dimensions), leaves, self.value)
        return system, find_primaries(system, leaves, policy, Data(value=self.value))

    def reference_cells(self, system: System) -> tuple[int, int]:
        """Distinct cells that GaussSuppression hides, and how many of them are below the minimum.

        Codes with the same leaves are one cell here and several rows there.
        """
        hidden: set[int] = set()
        small: set[int] = set()
        for row in read_rows(CASES / self.reference):
            cell = system.find({name: row[name] for name in self.dimensions})
            if row["suppressed"] == "TRUE":
                hidden.add(cell)
            if row["primary"] == "TRUE":
                small.add(cell)
        return len(hidden), len(small)


GAUSS = "gauss_suppression_reference"
PROTECT = {"zeros": "protect"}
COMMON = {
    "z1_maxN3": Case("inputs/z1.csv", f"{GAUSS}/z1_maxN3.csv", Z1, "ant", 4, PROTECT),
    "z1_maxN4": Case("inputs/z1.csv", f"{GAUSS}/z1_maxN4.csv", Z1, "ant", 5, PROTECT),
    "z1_maxN10": Case("inputs/z1.csv", f"{GAUSS}/z1_maxN10.csv", Z1, "ant", 11, PROTECT),
    "z1_maxN3_nozero": Case("inputs/z1.csv", f"{GAUSS}/z1_maxN3_nozero.csv", Z1, "ant", 4),
    "z2_maxN3": Case("inputs/z2.csv", f"{GAUSS}/z2_maxN3.csv", Z2, "ant", 4, PROTECT),
    "z2_maxN2_nozero": Case("inputs/z2.csv", f"{GAUSS}/z2_maxN2_nozero.csv", Z2, "ant", 3),
    "mun_accidents_maxN2": Case(
        "inputs/mun_accidents.csv", f"{GAUSS}/mun_accidents_maxN2.csv", ACCIDENTS, "freq", 3, PROTECT
    ),
    "paris_maxN2": Case("inputs/paris2025_freq.csv", f"{GAUSS}/paris_maxN2.csv", PARIS, "freq", 3, PROTECT),
    "t100x8": Case("synthetic/t100x8.csv", "synthetic/gauss_t100x8.csv", T100X8, "freq", 3),
}


class NotInstalled(RuntimeError):
    """No environment with gconfid was named."""


def gconfid_python() -> Path:
    """The Python that has gconfid; raises NotInstalled with what to do."""
    named = os.environ.get(GCONFID)
    if not named:
        raise NotInstalled(
            f"gconfid is not compared: install it in an environment of its own (python -m venv E; "
            f"E/bin/pip install gconfid) and set {GCONFID}=E/bin/python"
        )
    return Path(named)


def gconfid_hides(
    python: Path, system: System, primaries: Primaries, costs: tuple[str, str] = ("Digits", "Information")
) -> set[int]:
    """Cells that G-Confid hides. Zeros are left out, as it takes positive cells only: they stay published.

    `costs`: its cost functions of the first and the second phase; of five pairs tried the default one needs
    the fewest cells. Its tolerance of half the sensitivity on rooms of half the value asks for a room of 1.
    """
    if (primaries.sensitive & (system.values <= 0)).any():
        raise DeclarationError("G-Confid cannot protect zeros")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        positive = system.values > 0
        with (folder / "cells.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(["CellId", "TotalNoise", "Cost", "Sensitivity", "Status", "Type"])
            for cell in np.flatnonzero(positive).tolist():
                sensitive = bool(primaries.sensitive[cell])
                number = float(system.values[cell])
                writer.writerow([cell + 1, number, number, *((1.0, "S") if sensitive else (-1.0, "V")), "C"])
        with (folder / "constraints.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(["CellId", "ConstraintId", "Coefficient"])
            lines = system.equations
            for row in range(lines.shape[0]):
                span = slice(lines.indptr[row], lines.indptr[row + 1])
                cells, signs = lines.indices[span], lines.data[span]
                # a constraint has one total (-1), and parts (+1) of which some are not zero
                ways = signs if np.count_nonzero(signs < 0) == 1 else -signs
                for cell, sign in zip(cells.tolist(), ways.tolist(), strict=True):
                    if positive[cells].any() and positive[cell]:
                        writer.writerow([cell + 1, row + 1, int(sign)])
        done = subprocess.run(
            [str(python), "-c", SCRIPT, str(folder), *costs], capture_output=True, text=True, check=False
        )
        if not (folder / "out.csv").is_file():
            raise RuntimeError(f"gconfid ended with {done.returncode}: {done.stderr[-2000:]}")
        return {
            int(float(row["CellId"])) - 1
            for row in read_rows(folder / "out.csv")
            if row["OutStatus"] in ("X", "S")
        }


def ours(system: System, primaries: Primaries, effort: str = "optimal", *, per_cell: bool = False) -> Pattern:
    """Our pattern; with `per_cell` every hidden cell costs the same, so that their number is least."""
    cost = np.ones(system.size) if per_cell else costs_of(system, {}, None, 1.0)
    return plan(system, primaries, cost, effort=EFFORTS[effort])


def compare(name: str, python: Path | None) -> str:
    """One line of the comparison: secondaries of ours, of GaussSuppression, of G-Confid."""
    case = COMMON[name]
    system, primaries = case.load()
    begin = time.perf_counter()
    pattern = ours(system, primaries)
    seconds = time.perf_counter() - begin
    fewest = int(ours(system, primaries, per_cell=True).secondary.sum())
    hidden, small = case.reference_cells(system)
    words = [
        f"{name}: {int(primaries.sensitive.sum())} primaries; secondaries: ours "
        f"{int(pattern.secondary.sum())} (cost {pattern.objective:.2f}, gap {pattern.gap:.2%}, "
        f"{seconds:.2f} s; fewest possible {fewest}), GaussSuppression {hidden - small}"
    ]
    if python is not None:
        begin = time.perf_counter()
        try:
            theirs = gconfid_hides(python, system, primaries)
            extra = sorted(theirs - set(np.flatnonzero(primaries.sensitive).tolist()))
            cost = float(costs_of(system, {}, None, 1.0)[extra].sum())
            words.append(f"G-Confid {len(extra)} (cost {cost:.2f}, {time.perf_counter() - begin:.1f} s)")
        except DeclarationError as error:
            words.append(f"G-Confid: {error}")
    return ", ".join(words)


if __name__ == "__main__":
    try:
        found: Path | None = gconfid_python()
    except NotInstalled as error:
        print(error)
        found = None
    for chosen in sys.argv[1:] or COMMON:
        print(compare(chosen, found), flush=True)
