"""One asset per declared dataset, made from its declaration; the catalogue's tables after them.

A file that is not as declared fails the check `accepted` of its dataset, as a warning: the other datasets go
on, and the last good snapshot stays current.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ..deliveries import Arrival
from ..plan import CATALOGUE
from .run import Run
from .warehouse import landing_key


def build_landing() -> Iterator[dg.AssetsDefinition]:
    """The landing assets of the whole catalogue."""
    from sources.catalogue import load_catalog
    from sources.dbt_sources import CATALOG_TABLES

    catalog = load_catalog()
    for declaration in catalog.values():
        yield _dataset(declaration, catalog.publisher(declaration).name_en)
    keys = [landing_key(declaration.publisher, declaration.id) for declaration in catalog.values()]
    yield _catalogue(CATALOG_TABLES, keys)


def _dataset(declaration: Any, publisher: str) -> dg.AssetsDefinition:
    key = landing_key(declaration.publisher, declaration.id)

    @dg.asset(
        key=key,
        group_name=declaration.publisher,
        description=f"{declaration.title_de}. One row is {declaration.each_row_is}. From: {publisher}.",
        check_specs=[
            dg.AssetCheckSpec(
                "accepted",
                asset=key,
                description="Every delivered file of this dataset is as its declaration says.",
            )
        ],
        kinds={"parquet"},
    )
    def dataset(context: dg.AssetExecutionContext, run: Run) -> dg.MaterializeResult:
        arrival = run.deliveries.take(declaration.id)
        return dg.MaterializeResult(metadata=_metadata(arrival), check_results=[_accepted(arrival)])

    return dataset


def _metadata(arrival: Arrival) -> dict[str, Any]:
    metadata: dict[str, Any] = {"status": arrival.status, "message": arrival.message}
    good = [outcome for outcome in arrival.outcomes if outcome.snapshot_id]
    if good:
        newest = good[-1]
        periods = [day for outcome in good for day in outcome.period if day]
        metadata |= {
            "rows": sum(outcome.rows for outcome in good),
            "hash": newest.sha256,
            "snapshot": newest.snapshot_id,
            "period": f"{min(periods)} to {max(periods)}" if periods else "",
            "files": [outcome.file_name for outcome in good],
        }
    return metadata


def _accepted(arrival: Arrival) -> dg.AssetCheckResult:
    aside = [str(outcome.quarantine) for outcome in arrival.outcomes if outcome.quarantine]
    return dg.AssetCheckResult(
        check_name="accepted",
        passed=arrival.status not in {"set aside", "unreachable"},
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"message": arrival.message, "quarantine": aside},
    )


def _catalogue(tables: dict[str, str], datasets: list[dg.AssetKey]) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            landing_key(CATALOGUE, name), deps=datasets, group_name="catalogue", description=description
        )
        for name, description in tables.items()
    ]

    @dg.multi_asset(specs=specs, name="catalogue")
    def catalogue(context: dg.AssetExecutionContext, run: Run) -> Iterator[dg.MaterializeResult]:
        again = run.deliveries.read_again()
        problems = [str(outcome.error) for outcome in again if outcome.error]
        for unknown in run.deliveries.unknown():
            context.log.debug(f"{unknown} belongs to no declared dataset")
        for spec in specs:
            yield dg.MaterializeResult(
                asset_key=spec.key,
                metadata={
                    "status": "written",
                    "read_again": [outcome.dataset_id for outcome in again if not outcome.error],
                    "message": "; ".join(problems),
                },
            )

    return catalogue
