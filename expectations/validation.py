"""Rules asked as expectations inside DuckDB. Importing this module imports Great Expectations (seconds).

Every rule becomes one expectation whose SQL counts the cases, counts and lists those that break it, and comes
back as a single row. All rules of a product are validated as one suite over one batch.

Two traps are dealt with here. The connection is given back before results are fetched, so that they come
back empty: a listener buffers every DuckDB cursor fully when it has run. And an expectation that raises is
reported by Great Expectations as unsuccessful: it becomes an error of its own kind, never a finding about the
data.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from collections.abc import Sequence
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


class CasesKeepTheRule(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
    """One SQL statement that gives one row: how many cases, how many break the rule, and examples."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        (row,) = metrics["unexpected_rows_query.table"]
        found = row["failed"] + row["warned"] + row["noted"]
        return {"success": found == 0, "result": {"observed_value": found, "details": dict(row)}}


def validate(bench: Bench, rules: Sequence[Rule]) -> dict[str, Result]:
    """Ask all rules about the candidate on the bench; results by rule id, errors included."""
    if not rules:
        return {}
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
            suite = gx.ExpectationSuite(
                name=bench.description.product,
                expectations=[
                    CasesKeepTheRule(unexpected_rows_query=statement(rule), meta={"id": rule.statement.id})
                    for rule in rules
                ],
            )
            outcome = batch.validate(suite, result_format="COMPLETE")
        finally:
            for engine in engines:
                engine.dispose()
    by_id = {rule.statement.id: rule for rule in rules}
    return {
        name: _result(result, by_id[name], clock.seconds.get(name, 0.0))
        for result in outcome.results
        for name in [result.expectation_config.meta["id"]]
    }


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
        )
        select
            (select count(*) from cases where {_escaped(rule.comparable)}) as examined,
            (select count(*) from cases where not coalesce(({_escaped(rule.comparable)}), false)) as skipped,
            (select count(*) from found where found_severity = 'fail') as failed,
            (select count(*) from found where found_severity = 'warn') as warned,
            (select count(*) from found where found_severity = 'info') as noted,
            (select count(*) from found
                where excuse_number is not null and found_severity = 'warn') as excused,
            (select count(*) from found where known_reason is not null) as known,
            (select cast(to_json(list(shown)) as varchar) from shown) as examples
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
