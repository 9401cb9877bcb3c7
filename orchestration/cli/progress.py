"""What a run did, read from Dagster's events: lines while it runs, an outcome with an exit code at the end.

Steps report through metadata: every materialisation has a `status`, and a `message` where there is
something to say. No dagster import here: an event is read by its attributes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sources.foundation.exits import DONE, FAILED, IN_USE, REFUSED, SOURCE_TROUBLE, worst

from ..deliveries import TROUBLE
from ..resources import InUse
from . import interrupts


@dataclass
class Outcome:
    """What came of a run.

    datasets: dataset -> (status, message); checks: counts by `passed`, `failed`, `warned`; models: how many
    were built; products: product -> metadata of its release step; refused: products whose gate said no; held:
    products that carry what was refused in another; stopped: products that no verdict or release came about
    for, because something before them failed; problems: what failed, in words; left_out: what lies in the
    inbox and no dataset takes, and rows in areas that nothing names; interrupted: by Ctrl-C, within the job;
    codes: exit codes of the problems.
    """

    datasets: dict[str, tuple[str, str]] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=lambda: {"passed": 0, "failed": 0, "warned": 0})
    models_built: int = 0
    products: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    interrupted: bool = False
    codes: set[int] = field(default_factory=set)

    @property
    def exit_code(self) -> int:
        """The worst of all that happened: a failure outweighs a refusal, and this trouble with a source."""
        is_trouble = self.left_out or any(status in TROUBLE for status, _ in self.datasets.values())
        return worst({*self.codes, SOURCE_TROUBLE if is_trouble else DONE})

    def add_problem(self, words: str, code: int = FAILED) -> None:
        """Keep what failed, in words, and the exit code that says of what kind it is."""
        self.problems.append(words)
        self.codes.add(code)

    def count(self, status: str) -> int:
        """How many datasets ended with this status."""
        return sum(found == status for found, _ in self.datasets.values())


class Watcher:
    """Takes the events of one run, keeps the outcome, and says a line for whatever a person wants to see.

    say: called with (kind, text); kinds are `landing`, `warehouse`, `gate`, `release`, `trouble` and
    `now` (what is going on at the moment, to be replaced by the next).
    interrupted: whether Ctrl-C was heard; no further step begins then.
    """

    def __init__(
        self, say: Callable[[str, str], None], interrupted: Callable[[], bool] = lambda: False
    ) -> None:
        self.outcome = Outcome()
        self._say = say
        self._interrupted = interrupted

    def take(self, entry: Any) -> None:
        """Take one entry of Dagster's event log."""
        event = entry.dagster_event
        if event is None and entry.level >= logging.ERROR:
            self._trouble(entry.user_message)
        elif event is None:
            self._say("now", entry.user_message)
        elif event.event_type_value == "ASSET_MATERIALIZATION":
            found = event.event_specific_data.materialization
            self._materialised(list(found.asset_key.path), _plain(found.metadata))
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            self._checked(event.event_specific_data)
        elif event.event_type_value == "STEP_START":
            if self._interrupted():
                self.outcome.interrupted = True
                raise interrupts.Stopped
            self._say("now", event.step_key.replace("__", " "))
        elif event.event_type_value == "STEP_FAILURE":
            self._failed(event)
        elif event.event_type_value in {"PIPELINE_FAILURE", "PIPELINE_CANCELED"}:
            self._ended(event.event_specific_data)

    def _materialised(self, path: list[str], metadata: Mapping[str, Any]) -> None:
        status = str(metadata.get("status", ""))
        message = str(metadata.get("message", ""))
        match path:
            case ["landing", "catalog", "ledger"]:
                self._left_out(metadata)
            case ["landing", "catalog", _]:
                pass
            case ["landing", _, dataset]:
                self.outcome.datasets[dataset] = (status, message)
                if status not in {"unchanged", "not delivered"}:
                    kind = "trouble" if status in TROUBLE else "landing"
                    self._say(kind, f"{dataset}: {status}{': ' + message if message else ''}")
            case ["warehouse", _] if status == "built":
                self.outcome.models_built += 1
                self._left_out(metadata)
            case ["release", product]:
                self.outcome.products[product] = dict(metadata)
                if metadata.get("version"):  # else it waits, as the gate has said
                    self._say("release", f"{product}: {status} {metadata['version']}")
                if message:  # the gate has since refused what the edition carries
                    self._trouble(message, REFUSED)
            case _:
                pass

    def _left_out(self, metadata: Mapping[str, Any]) -> None:
        found = [str(words) for words in metadata.get("left_out", ())]
        self.outcome.left_out += found
        for words in found:
            self._say("trouble", words)

    def _checked(self, check: Any) -> None:
        metadata = _plain(check.metadata)
        name = ": ".join([check.asset_key.path[-1], check.check_name])
        if check.asset_key.path[0] == "landing":
            return  # said and counted as a dataset
        if check.asset_key.path[0] == "verdict":
            for outcome in self.outcome.checks:
                self.outcome.checks[outcome] += int(metadata.get(outcome, 0))
            product = check.asset_key.path[-1]
            words = str(metadata.get("message", ""))
            if check.passed:
                self._say("gate", f"{product}: {words}")
            else:
                self.outcome.refused.append(product)
                self._trouble(f"the gate refused {product}: {words}", REFUSED)
            return
        warned = check.severity.value == "WARN"
        self.outcome.checks["passed" if check.passed else "warned" if warned else "failed"] += 1
        if not check.passed and warned:
            self.outcome.warnings.append(name)

    def _failed(self, event: Any) -> None:
        data = event.step_failure_data
        given = _plain(data.user_failure_data.metadata or {}) if data.user_failure_data else {}
        if given.get("status") == "refused" and given.get("product") in self.outcome.refused:
            return  # told when the gate's check was evaluated
        if given.get("status") == "held":
            self.outcome.held.append(str(given["product"]))
        code = REFUSED if given.get("status") in ("refused", "held") else FAILED
        if any(link.cls_name in interrupts.KINDS for link in _chain(data.error)):
            self.outcome.interrupted = True
            raise interrupts.Stopped  # else the run would go on with the next step
        said = data.user_failure_data.description if data.user_failure_data else None
        self._trouble(said or _innermost(data.error), code)

    def _ended(self, data: Any) -> None:
        """The run ended early: with a step, which has told why, or before or between steps."""
        if any(link.cls_name in interrupts.KINDS for link in _chain(data.error)):
            self.outcome.interrupted = True
        elif data.error is not None and getattr(data, "first_step_failure_event", None) is None:
            lost = any(link.cls_name == InUse.__name__ for link in _chain(data.error))
            self._trouble(_innermost(data.error), IN_USE if lost else FAILED)

    def _trouble(self, words: str, code: int = FAILED) -> None:
        self.outcome.add_problem(words, code)
        self._say("trouble", words)


def _plain(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in metadata.items()}


def _innermost(error: Any) -> str:
    """The words of the error that started it all, without its trace."""
    *_, innermost = _chain(error)
    return str(innermost.message).strip()


def _chain(error: Any) -> Iterator[Any]:
    """A serialised error and its causes, outermost first."""
    while error is not None:
        yield error
        error = error.cause
