"""Rules asked as expectations inside DuckDB. Importing this module imports Great Expectations (seconds).

Every family of rules is an expectation of its own name (`FAMILIES`). A rule becomes one such expectation,
whose SQL counts the cases, counts and lists those that break it, and comes back as a single row. Where the
rule names built-in expectations that say the same, those are asked, all in few statements, and the SQL
only when one of them does not hold. All rules of a product are validated as one suite over one batch; suite
and result are given back in Great Expectations' own form. Patterns stay SQL, because Great Expectations knows
no regular expressions for DuckDB.

Two traps are dealt with here. The connection is given back before results are fetched, so that they come
back empty: a listener buffers every DuckDB cursor fully when it has run. And an expectation that raises
is reported by Great Expectations as unsuccessful: it becomes an error of its own kind, never a finding
about the data.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # third-party deprecations on import are not ours to mend
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
import sqlalchemy
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from expectations.bench import CANDIDATE_VIEW, Bench
from expectations.rules import EXAMPLES, Result, Rule, found, quoted_list

_NAMED = re.compile(r"/\* ([a-z0-9_.]+) \*/")


_SEVERITIES = {"fail": "critical", "warn": "warning", "info": "info"}


class ExpectCasesToKeepTheRule(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
    """One SQL statement that gives one row: how many cases, how many break the rule, and examples.

    It succeeds when no case stops the release or goes into its notes; cases that are noted only, such as
    findings that are known and explained, do not count against it.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        (row,) = metrics["unexpected_rows_query.table"]
        found = row["failed"] + row["warned"]
        return {"success": found == 0, "result": {"observed_value": found, "details": dict(row)}}


class ExpectTableToHaveItsShape(ExpectCasesToKeepTheRule):
    """Keys are unique and present, numbers finite, texts readable, units given."""


class ExpectCodesAndDatesToBeValid(ExpectCasesToKeepTheRule):
    """Codes of areas have the form of their level, dates lie in the period of the product."""


class ExpectLabelsToBeTheDeclaredOnes(ExpectCasesToKeepTheRule):
    """Every printed label is the one that the dataset of the row declares."""


class ExpectMissingValuesToBeExplained(ExpectCasesToKeepTheRule):
    """A value or a reason; status codes from their lists; nothing where a value is confidential."""


class ExpectFiguresToBePossible(ExpectCasesToKeepTheRule):
    """Figures lie in their range, counts are whole, ratios follow from their parts, known ones come out."""


class ExpectAreasToBeValidOnTheirDay(ExpectCasesToKeepTheRule):
    """Areas have one version for every day, inside their parents."""


class ExpectPartsToSumToTheirWhole(ExpectCasesToKeepTheRule):
    """Categories and areas sum to the published total, up to the rounding of the source."""


class ExpectFiguresToBePlausible(ExpectCasesToKeepTheRule):
    """No leap that nothing explains; what is implausible is marked as such."""


class ExpectAreasToBeComplete(ExpectCasesToKeepTheRule):
    """Every area that exists on the day has its row, and no other has."""


class ExpectChangesToBeExplained(ExpectCasesToKeepTheRule):
    """What differs from the edition before is small, or somebody answers for it."""


class ExpectSourcesToBeNamed(ExpectCasesToKeepTheRule):
    """Every dataset that gives rows is named with licence and attribution."""


FAMILIES: dict[str, type[ExpectCasesToKeepTheRule]] = {
    "shape": ExpectTableToHaveItsShape,
    "vocabulary": ExpectCodesAndDatesToBeValid,
    "labels": ExpectLabelsToBeTheDeclaredOnes,
    "status": ExpectMissingValuesToBeExplained,
    "values": ExpectFiguresToBePossible,
    "areas": ExpectAreasToBeValidOnTheirDay,
    "additivity": ExpectPartsToSumToTheirWhole,
    "plausibility": ExpectFiguresToBePlausible,
    "completeness": ExpectAreasToBeComplete,
    "comparison": ExpectChangesToBeExplained,
    "sources": ExpectSourcesToBeNamed,
}
"""The expectation that each family of rules is asked as."""


@dataclass(frozen=True)
class Validation:
    """Results by rule id, errors included; suite and validation result as Great Expectations writes them."""

    results: dict[str, Result]
    suite: dict[str, Any]
    result: dict[str, Any]


def validate(bench: Bench, rules: Sequence[Rule]) -> Validation:
    """Ask all rules about the candidate on the bench."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Stores in memory and no site of documents: nothing is written to disk, not even a temporary folder.
        stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        context = gx.get_context(DataContextConfig(store_backend_defaults=stores), mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        source = context.data_sources.add_sql(
            name="candidate",
            connection_string=f"duckdb:///{bench.database}",
        )
        engines = [source.get_engine(), source.get_execution_engine().engine]
        clock = _BufferedCursors()
        for engine in engines:
            clock.listen_to(engine)
        try:
            asset = source.add_table_asset(name=CANDIDATE_VIEW, table_name=CANDIDATE_VIEW)
            batch = asset.add_batch_definition_whole_table("whole").get_batch()
            name = bench.description.product
            suite = gx.ExpectationSuite(
                name=name,
                expectations=[one for rule in rules for one in (built_in(rule) or [by_cases(rule)])],
            )
            outcome = batch.validate(suite, result_format="BASIC")
            results = _by_rule(rules, outcome.results, clock.seconds)
            broken = [rule for rule in rules if rule.built_in and results[rule.statement.id].failed]
            if broken:
                listed = gx.ExpectationSuite(name=f"{name} cases", expectations=[*map(by_cases, broken)])
                found = _by_rule(broken, batch.validate(listed, result_format="BASIC").results, clock.seconds)
                results |= {name: _both_say_so(one) for name, one in found.items()}
        finally:
            for engine in engines:
                engine.dispose()
    return Validation(results, _plain_suite(suite), _plain_result(outcome))


def by_cases(rule: Rule) -> ExpectCasesToKeepTheRule:
    """The rule as the expectation of its family, asked in SQL."""
    return FAMILIES[rule.statement.family](unexpected_rows_query=statement(rule), **_words(rule))


def built_in(rule: Rule) -> list[gxe.Expectation]:
    """The built-in expectations that say the same as the rule; none where none do."""
    return [getattr(gxe, one.name)(**one.arguments, **_words(rule)) for one in rule.built_in]


def _words(rule: Rule) -> dict[str, Any]:
    """What a person reads about a rule in Great Expectations' own pages."""
    said = rule.statement
    return {
        "description": f"{said.title.en} ({said.title.de})",
        "notes": f"Protects {said.protects.en}.",
        "severity": _SEVERITIES[said.severity],
        "meta": {"id": said.id, "family": said.family},
    }


def _by_rule(
    rules: Sequence[Rule], outcomes: Sequence[Any], seconds: Mapping[str, float]
) -> dict[str, Result]:
    by_id: dict[str, list[Any]] = {rule.statement.id: [] for rule in rules}
    for outcome in outcomes:
        by_id[outcome.expectation_config.meta["id"]].append(outcome)
    return {
        rule.statement.id: _result(by_id[rule.statement.id][0], rule, seconds.get(rule.statement.id, 0.0))
        if _asked_by_cases(by_id[rule.statement.id])
        else _built_in_result(by_id[rule.statement.id])
        for rule in rules
    }


def _asked_by_cases(outcomes: Sequence[Any]) -> bool:
    return "unexpected_rows_query" in outcomes[0].expectation_config.kwargs


def _built_in_result(outcomes: Sequence[Any]) -> Result:
    """What built-in expectations found: rows they looked at, and whether one of them does not hold."""
    for outcome in outcomes:
        if not outcome.result:
            return Result(examined=0, error=_complaint(outcome.exception_info))
    looked_at = max(outcome.result.get("element_count", 0) for outcome in outcomes)
    counted = [outcome.result["observed_value"] for outcome in outcomes if "observed_value" in outcome.result]
    broken = sum(not outcome.success for outcome in outcomes)
    return Result(examined=max([looked_at, *counted]), failed=broken)


def _both_say_so(result: Result) -> Result:
    """The cases of a rule whose built-in expectation does not hold: without any, one of the two is wrong."""
    if result.error is None and not (result.failed or result.warned or result.noted):
        return replace(
            result, error="the built-in expectation does not hold, and yet no case breaks the rule"
        )
    return result


def _plain_suite(suite: Any) -> dict[str, Any]:
    """The suite as Great Expectations stores it. The same suite gives the same bytes."""
    plain: dict[str, Any] = suite.to_json_dict()
    return plain


def _plain_result(outcome: Any) -> dict[str, Any]:
    """The validation result as Great Expectations stores it, without times, paths and traces."""
    plain: dict[str, Any] = outcome.to_json_dict()
    version = plain["meta"].get("great_expectations_version")
    plain["meta"] = {"great_expectations_version": version}
    for result in plain["results"]:
        result["exception_info"] = {
            "raised_exception": not result["result"],
            "exception_message": None if result["result"] else _complaint(result["exception_info"]),
            "exception_traceback": None,
        }
        result["expectation_config"].get("kwargs", {}).pop("batch_id", None)
    return plain


def statement(rule: Rule) -> str:
    """The whole SQL of a rule, with `{batch}` for the candidate's rows."""
    order = ", ".join(part for part in (rule.order, quoted_list(rule.statement.keys)) if part) or "1"
    sql = f"""/* {rule.statement.id} */
        with candidate as not materialized (select * from {{batch}}),
        {_escaped(found(rule))},
        shown as (
            select * from found
            order by case found_severity when 'fail' then 0 when 'warn' then 1 else 2 end, {order}
            limit {EXAMPLES}
        ),
        compared as (
            select
                count(*) filter (where {_escaped(rule.comparable)}) as examined,
                count(*) filter (where not coalesce(({_escaped(rule.comparable)}), false)) as skipped
            from cases
        ),
        counted as (
            select
                count(*) filter (where found_severity = 'fail') as failed,
                count(*) filter (where found_severity = 'warn') as warned,
                count(*) filter (where found_severity = 'info') as noted,
                count(*) filter (where excuse_number is not null and found_severity = 'warn') as excused,
                count(*) filter (where known_reason is not null) as known
            from found
        )
        select
            compared.*, counted.*,
            (select cast(to_json(list(shown)) as varchar) from shown) as examples
        from compared, counted
    """
    return re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", sql)


def _escaped(sql: str) -> str:
    return sql.replace("{", "{{").replace("}", "}}")


def _result(result: Any, rule: Rule, seconds: float) -> Result:
    row = (result.result or {}).get("details")
    if row is None:
        return Result(examined=0, error=_complaint(result.exception_info))
    return Result(
        examined=row["examined"],
        failed=row["failed"],
        warned=row["warned"],
        noted=row["noted"],
        excused=row["excused"],
        known=row["known"],
        skipped=row["skipped"],
        rows=tuple(json.loads(row["examples"] or "[]")),
        excuses=tuple(excuse.reason for excuse in rule.excuses),
        seconds=seconds,
    )


def _complaint(info: Any) -> str:
    """The shortest true sentence out of Great Expectations' exception record."""
    records = [info] if "exception_message" in info else list(info.values())
    for record in records:
        message = record.get("exception_message") if isinstance(record, dict) else None
        if message:
            return " ".join(str(message).split("[SQL:")[0].split())
    return "the expectation gave no result and no reason"


class _BufferedCursors:
    """Fetches every result whole before its connection goes back, and notes how long each statement took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def listen_to(self, engine: sqlalchemy.Engine) -> None:
        sqlalchemy.event.listen(engine, "before_cursor_execute", self._start)
        sqlalchemy.event.listen(engine, "after_cursor_execute", self._fetch)

    def _start(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, executemany: Any
    ) -> None:
        connection.info["started"] = time.perf_counter()

    def _fetch(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, executemany: Any
    ) -> None:
        if cursor.description:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor, alternate_description=cursor.description, initial_buffer=cursor.fetchall()
            )
        named = _NAMED.match(sql)
        if named:
            self.seconds[named[1]] = time.perf_counter() - connection.info["started"]
