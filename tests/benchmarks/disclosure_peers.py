"""Other programs on the common cases, in one table: `python -m tests.benchmarks.disclosure_peers [CASE …]`.

Per case and program: processor seconds, memory, secondary cells, their cost (1 + log2(1 + value)), and the
cells that our auditor breaks at the same level (K1 and K2 where zeros are shown, else K1) or that lack the
room of 1 that every program is asked for. Ours is planned for that level. GaussSuppression's patterns are
stored with the cases. G-Confid (Statistics Canada, GPL-3.0) is never installed with this project: it runs out
of process from an environment of its own, made here unless PLANSTAT_GCONFID_PYTHON names the Python of one;
without it its lines say why they are missing.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.knowledge import gather
from exports.disclosure.constraints import Leaves, System, build_system
from exports.disclosure.declaration import Declaration, DeclarationError
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.pattern import Pattern, plan
from exports.disclosure.policy import Data, Policy, safety_of
from exports.disclosure.primary import Primaries, find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import cells_of, publish
from exports.disclosure.sights import too_narrow
from tests.benchmarks.disclosure_tables import t400x8
from tests.exports.disclosure.disclosure_cases import declare, leaves_of, read_rows

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "10-disclosure"

GCONFID = "PLANSTAT_GCONFID_PYTHON"

VERSION = "gconfid==2.0.4"

CELLWISE = ("exact", "interval", "integer")
"""Attacks on single cells; sums of cells and the knowledge of the program are not asked of others."""

MADE = Path(__file__).resolve().parents[2] / ".venv" / "peers" / "gconfid"
"""The environment that the benchmark makes; it goes when the project's environment goes."""

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

    @property
    def level(self) -> tuple[Literal["K1", "K2"], ...]:
        """The attacker: who knows the zeros where they are shown."""
        return ("K1",) if self.rules.get("zeros") == "protect" else ("K1", "K2")

    def policy(self, *withstand: str) -> Policy:
        """The rules of the case against these levels."""
        return Policy.model_validate(
            {
                "legal_basis": "benchmark",
                "decided_by": "benchmark",
                "decided_on": dt.date(2026, 1, 1),
                "withstand": withstand,
                "rules": {"minimum_frequency": self.minimum, **self.rules},
            }
        )

    def read(self) -> tuple[Declaration, Leaves]:
        """The table."""
        if not self.dimensions:
            return t400x8()
        rows = read_rows(CASES / self.source)
        leaves = leaves_of(rows, {name: column for name, (column, _) in self.dimensions.items()}, self.value)
        return declare(rows, self.dimensions), leaves

    def load(self) -> tuple[System, Primaries]:
        """The planner's view of the table."""
        declaration, leaves = self.read()
        system = build_system(declaration, leaves, self.value)
        return system, find_primaries(system, leaves, self.policy("K1"), Data(value=self.value))

    def reference_cells(self, system: System) -> tuple[set[int], set[int]]:
        """Distinct cells that GaussSuppression hides, and those of them that are below the minimum.

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
        return hidden, small

    def broken(self, system: System, primaries: Primaries, hidden: set[int]) -> int:
        """Cells that our auditor breaks at the level of the case when these are hidden: determined, or
        sensitive without the room of 1 to both sides.
        """
        declaration, _ = self.read()
        policy = self.policy(*self.level)
        declaration = declaration.model_copy(update={"safety": safety_of(policy, Data(value=self.value))})
        mask = np.zeros(system.size, dtype=bool)
        mask[sorted(hidden)] = True
        printed = {table.name: cells_of(system, declaration, table) for table in declaration.tables}
        knowledge = gather(declaration, publish(system, printed, mask))
        found = [
            *attack(knowledge, declaration.safety, derived=False).findings,
            *too_narrow(system, declaration, primaries, knowledge),
        ]
        return len({finding.cell for finding in found if finding.attack in CELLWISE})


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
LARGER = {"t400x8": Case("", "", {}, "n", 3)}
"""Made here; no pattern of GaussSuppression is stored with it."""


class NotInstalled(RuntimeError):
    """No environment with gconfid was named."""


def gconfid_python() -> Path:
    """The Python that has gconfid; raises NotInstalled with what to do."""
    named = os.environ.get(GCONFID)
    python = Path(named) if named else MADE / "bin" / "python"
    if not python.is_file():
        raise NotInstalled(
            f"gconfid is not compared: `make bench-peers` installs it in an environment of its own, or set "
            f"{GCONFID} to the Python of one"
        )
    return python


def made_environment() -> Path:
    """The Python that has gconfid, installed now if there is none; raises NotInstalled with the reason."""
    try:
        return gconfid_python()
    except NotInstalled:
        venv.create(MADE, with_pip=True, clear=True)
    python = MADE / "bin" / "python"
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", VERSION], capture_output=True, text=True, check=False
    )
    if done.returncode:
        python.unlink()
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotInstalled(f"gconfid is not compared: {VERSION} cannot be installed here ({last})")
    return python


@dataclass(frozen=True)
class Spent:
    """What a program took: processor seconds, memory at its peak, and what it said on its error channel."""

    seconds: float
    mebibytes: int
    errors: str


def run(command: list[str]) -> Spent:
    """Run a program to its end and measure it alone."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        errors.seek(0)
        return Spent(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, errors.read())


def gconfid_hides(
    python: Path,
    system: System,
    primaries: Primaries,
    costs: tuple[str, str] = ("Digits", "Information"),
    measured: list[Spent] | None = None,
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
        spent = run([str(python), "-c", SCRIPT, str(folder), *costs])
        if not (folder / "out.csv").is_file():
            raise RuntimeError(f"gconfid ended without a pattern: {spent.errors[-2000:]}")
        if measured is not None:
            measured.append(spent)
        return {
            int(float(row["CellId"])) - 1
            for row in read_rows(folder / "out.csv")
            if row["OutStatus"] in ("X", "S")
        }


def ours(system: System, primaries: Primaries, effort: str = "optimal", *, per_cell: bool = False) -> Pattern:
    """Our pattern; with `per_cell` every hidden cell costs the same, so that their number is least."""
    cost = np.ones(system.size) if per_cell else costs_of(system, {}, None, 1.0)
    return plan(system, primaries, cost, effort=EFFORTS[effort])


def protected(name: str, file: Path) -> None:
    """Our pattern against the level of the case, written to a file; run in a process of its own."""
    case = {**COMMON, **LARGER}[name]
    declaration, leaves = case.read()
    planned = protect_tables(declaration, leaves, Data(value=case.value), case.policy(*case.level)).pattern
    content = {"hidden": np.flatnonzero(planned.hidden).tolist(), "gap": planned.gap}
    file.write_text(json.dumps(content), encoding="utf-8")


def compare(name: str, python: Path | None) -> Iterator[tuple[str, ...]]:
    """The lines of one case."""
    case = {**COMMON, **LARGER}[name]
    system, primaries = case.load()
    price = costs_of(system, {}, None, 1.0)
    sensitive = set(np.flatnonzero(primaries.sensitive).tolist())
    level = "+".join(case.level)

    def line(program: str, hidden: set[int], spent: Spent | None, more: str = "") -> tuple[str, ...]:
        extra = sorted(hidden - sensitive)
        seconds, memory = (f"{spent.seconds:.1f}", f"{spent.mebibytes}") if spent else ("stored", "")
        cost = f"{float(price[extra].sum()):.2f}{more}"
        broken = f"{case.broken(system, primaries, hidden | sensitive)}"
        return (name, level, f"{len(sensitive)}", program, f"{len(extra)}", cost, broken, seconds, memory)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ours.json"
        spent = run([sys.executable, "-m", "tests.benchmarks.disclosure_peers", "--ours", name, str(file)])
        if not file.is_file():
            raise RuntimeError(f"our own plan of {name} failed: {spent.errors[-2000:]}")
        found = json.loads(file.read_text(encoding="utf-8"))
    yield line("planstat", set(found["hidden"]), spent, f" (within {found['gap']:.1%})")
    if case.reference:
        yield line("GaussSuppression 1.2.3", case.reference_cells(system)[0], None)
    if python is not None:
        measured: list[Spent] = []
        try:
            hidden = gconfid_hides(python, system, primaries, measured=measured)
            yield line("G-Confid 2.0.4", hidden, measured[0])
        except DeclarationError as error:
            yield (name, level, f"{len(sensitive)}", "G-Confid 2.0.4", f"{error}", "", "", "", "")


HEAD = ("case", "level", "sensitive", "program", "secondaries", "cost", "broken", "processor s", "MiB")


def main(chosen: Sequence[str]) -> None:
    """Print the table."""
    found: Path | None = None
    try:
        found = made_environment()
    except NotInstalled as error:
        print(error)
    print("| " + " | ".join(HEAD) + " |")
    print("|" + "---|" * len(HEAD))
    for name in chosen or (*COMMON, *LARGER):
        for cells in compare(name, found):
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        protected(sys.argv[2], Path(sys.argv[3]))
    else:
        main(sys.argv[1:])
