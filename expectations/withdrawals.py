"""Rows that go because a delivery was withdrawn: a recorded withdrawal explains them, and no others.

The ledger (`deliveries`: `dataset_id, snapshot_id, status, status_reason, period_min, period_max`) says what
a person withdrew and why. A row of the release before that names its delivery is explained when that one was
withdrawn. One that does not name it is explained by its lineage (`previous_lineage`, see `cells`): one of its
cells is of a day that the withdrawn delivery held and that no delivery which counts holds.
"""

from __future__ import annotations

from expectations.bench import Bench
from expectations.cells import row_date
from expectations.rules import Excuse

UNEXPLAINED = "cast(null as varchar)"


def withdrawn_with(bench: Bench) -> str:
    """SQL: the withdrawn delivery that a row of `previous` went with; NULL for one that none explains."""
    columns = bench.previous_types or {}
    if not _recorded(bench):
        return UNEXPLAINED
    if "snapshot_id" in columns:
        return """(
            select min(deliveries.snapshot_id) from deliveries
            where deliveries.status = 'withdrawn' and deliveries.snapshot_id = previous.snapshot_id
        )"""
    if not bench.has_previous_lineage:
        return UNEXPLAINED
    own = {name: f"previous.{name}" for name in ("area_code", "indicator_id") if name in columns}
    if "reference_date" in columns or "reference_year" in columns:
        own["row_date"] = row_date(columns, "previous")
    known = bench.connection.execute(
        f"select {', '.join(f'count({name})' for name in own) or 1}, count(*) from previous_lineage"
    ).fetchone() or (0,)
    same = " and ".join(
        f"made.{name} = {sql}" if count == known[-1] else f"(made.{name} is null or made.{name} = {sql})"
        for (name, sql), count in zip(own.items(), known, strict=False)
        if count
    )
    return f"""(
        select min(withdrawn.snapshot_id)
        from previous_lineage as made
        inner join deliveries as withdrawn
            on made.dataset_id = withdrawn.dataset_id and withdrawn.status = 'withdrawn'
        where {same or "true"} and ({" or ".join(_gone(day) for day in ("first_date", "last_date"))})
    )"""


def _gone(day: str) -> str:
    """SQL: the withdrawn delivery held this day of the cell, and none that counts does."""
    return f"""(
        made.{day} between withdrawn.period_min and withdrawn.period_max
        and not exists (
            select 1 from deliveries as counting
            where counting.dataset_id = made.dataset_id and counting.status = 'accepted'
                and made.{day} between counting.period_min and counting.period_max
        )
    )"""


def excuses(bench: Bench) -> tuple[Excuse, ...]:
    """What each recorded withdrawal explains, as conditions over `withdrawn_snapshot` of a rule's cases."""
    return tuple(
        Excuse(
            f"withdrawn_snapshot in {bench.declared.texts([snapshot])}",
            f"Lieferung {snapshot} ({dataset}) zurückgezogen: {reason}",
        )
        for snapshot, dataset, reason in _recorded(bench)
    )


def _recorded(bench: Bench) -> list[tuple[str, str, str]]:
    """Snapshot, dataset and reason of every withdrawal."""
    if not bench.has_deliveries:
        return []
    return bench.connection.execute(
        "select snapshot_id, dataset_id, coalesce(status_reason, '') from deliveries "
        "where status = 'withdrawn' order by all"
    ).fetchall()
