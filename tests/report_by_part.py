"""What a test run says: a line per finished module with tests and seconds, at the end where the time went.

Seconds are those of the processes that tested (processor time with what they started, and time on the clock).
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import pytest

_SPENT = "processor seconds"
_KEPT = "planstat/seconds"
_NAMED = 10
"""Tests of a module that are named when they are skipped for the same reason."""


_elsewhere: defaultdict[str, float] = defaultdict(float)
"""What was spent by programs that this process started and that still run."""


def add_elsewhere(program: str, seconds: float) -> None:
    """Note processor seconds of a program that goes on; they count for the test that runs now."""
    _elsewhere[program] += seconds


def forget_elsewhere(program: str) -> None:
    """The program has ended and was waited for: the system counts its seconds from now on."""
    _elsewhere.pop(program, None)


def _spent() -> float:
    """Processor seconds of this process and of those it started."""
    times = os.times()
    waited_for = times.children_user + times.children_system
    return times.user + times.system + waited_for + sum(_elsewhere.values())


def seconds_before(config: pytest.Config) -> dict[str, float]:
    """Seconds of each module in the run before that had it; empty on a fresh machine."""
    cache = getattr(config, "cache", None)  # absent where the plugin is switched off
    kept = cache.get(_KEPT, {}) if cache is not None else {}
    return {str(module): float(seconds) for module, seconds in kept.items()}


@dataclass
class _Part:
    """What is known of the tests of a module."""

    expected: int = 0
    finished: int = 0
    clock: float = 0.0
    processor: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """Tests by outcome, seconds."""
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        return f"{self.clock:7.1f} s {self.processor:7.1f} s processor   {outcomes}"


class ReportByPart:
    """The plugin: it measures in the process that tests, and tells in the one that the person sees."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.parts: defaultdict[str, _Part] = defaultdict(_Part)
        self.skipped: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        """Reason -> module -> names of the tests."""
        self.spent = _spent()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note with each step of a test the processor time since the step before."""
        report = yield
        before, self.spent = self.spent, _spent()
        report.user_properties = [*report.user_properties, (_SPENT, self.spent - before)]
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """How many tests each module has, when several processes test."""
        self._expect(ids)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """How many tests each module has."""
        if not hasattr(self.config, "workerinput"):
            self._expect([item.nodeid for item in session.items])

    def _expect(self, ids: list[str]) -> None:
        if ids:
            for module, count in Counter(name.split("::", 1)[0] for name in ids).items():
                self.parts[module].expected = count

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a test took; after the last test of a module say so."""
        if hasattr(self.config, "workerinput"):
            return
        part = self.parts[report.nodeid.split("::", 1)[0]]
        part.clock += report.duration
        part.processor += sum(float(str(value)) for name, value in report.user_properties if name == _SPENT)
        if report.when == "call" or not report.passed:
            part.outcomes[report.outcome if report.when == "call" or report.skipped else "error"] += 1
        if report.skipped and isinstance(report.longrepr, tuple):
            module, _, name = report.nodeid.partition("::")
            self.skipped[str(report.longrepr[2]).removeprefix("Skipped: ")][module].append(name)
        if report.when == "teardown":
            part.finished += 1
            if part.finished == part.expected:
                self._print(report.nodeid.split("::", 1)[0], part)

    def _print(self, module: str, part: _Part) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(f"{part.line()}   {module}")

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dot for a test that passed or was left out: the module has a line."""
        if report.when == "call" and report.passed and self.config.get_verbosity() < 1:
            return "passed", "", ""
        return ("skipped", "", "") if report.skipped and self.config.get_verbosity() < 1 else None

    def pytest_sessionfinish(self) -> None:
        """Keep the seconds of whole modules, so that the next run begins with the long ones."""
        if hasattr(self.config, "workerinput") or getattr(self.config, "cache", None) is None:
            return
        whole = {
            module: round(part.clock, 1)
            for module, part in self.parts.items()
            if part.finished and part.finished == part.expected
        }
        if len(whole) > 1:
            self.config.cache.set(_KEPT, {**seconds_before(self.config), **whole})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the time went, by folder of tests, and what was left out for which reason."""
        folders: defaultdict[str, _Part] = defaultdict(_Part)
        for module, part in self.parts.items():
            if part.finished:
                folder = folders[str(PurePosixPath(module).parent)]
                folder.clock += part.clock
                folder.processor += part.processor
                folder.outcomes += part.outcomes
        if len(folders) > 1:
            terminalreporter.section("where the time went")
            for name, folder in sorted(folders.items(), key=lambda one: -one[1].clock):
                terminalreporter.write_line(f"{folder.line()}   {name}")
        if self.skipped:
            terminalreporter.section("left out")
            for reason, modules in sorted(self.skipped.items()):
                terminalreporter.write_line(f"{sum(map(len, modules.values())):4}   {reason}")
                for module, names in sorted(modules.items()):
                    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
                    terminalreporter.write_line(f"       {module}: {', '.join(names[:_NAMED])}{more}")
