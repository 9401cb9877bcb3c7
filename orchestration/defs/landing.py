"""One asset per declared dataset, made from its declaration, and the catalogue's tables after them.

One step lands them all: a step of its own for each would cost more than looking at an unchanged file does.
A file that is not as declared fails the check `accepted` of its dataset, as a warning: the other datasets go
on, and the last good snapshot stays current.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from ..deliveries import TROUBLE, Arrival
from ..plan import CATALOGUE
from .run import Run
from .warehouse import landing_key

if TYPE_CHECKING:
    from sources.declared.declaration import Declaration

Landing = dg.MaterializeResult | dg.AssetCheckResult


def build_landing() -> dg.AssetsDefinition:
    """The landing assets of the whole catalogue."""
    from sources.declared.catalogue import load_catalog
    from sources.declared.dbt_sources import CATALOG_TABLES

    catalog = load_catalog()
    datasets = {landing_key(one.publisher, one.id): one for one in catalog.values()}
    publishers = {name: publisher.name_en for name, publisher in catalog.publishers.items()}
    tables = {landing_key(CATALOGUE, name): words for name, words in CATALOG_TABLES.items()}

    @dg.multi_asset(
        name="landing",
        specs=[
            *(_dataset(key, one, publishers[one.publisher]) for key, one in datasets.items()),
            *_tables(tables, list(datasets)),
        ],
        check_specs=[_accepted(key) for key in datasets],
        can_subset=True,
    )
    def landing(
        context: dg.AssetExecutionContext, run: Run
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        chosen = context.selected_asset_keys
        results = []
        lists_first = sorted(datasets.items(), key=lambda item: item[1].division is None)
        for key, declaration in lists_first:  # figures are checked against the list of their areas
            if key in chosen:
                if run.deliveries.may_hold(declaration.id):
                    context.log.info(f"landing {declaration.id}")
                arrival = run.deliveries.take(declaration.id)
                yield dg.MaterializeResult(asset_key=key, metadata=_metadata(arrival))
                if arrival.outcomes or arrival.status in TROUBLE:
                    results.append(_result(key, arrival))
        if chosen.intersection(tables):
            yield from _written(run, chosen.intersection(tables))
        yield from results

    return landing


def _dataset(key: dg.AssetKey, declaration: "Declaration", publisher: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        group_name=declaration.publisher,
        description=f"{declaration.title_de}. One row is {declaration.each_row_is}. From: {publisher}.",
        kinds={"parquet"},
    )


def _tables(tables: Mapping[dg.AssetKey, str], datasets: list[dg.AssetKey]) -> Iterator[dg.AssetSpec]:
    for key, description in tables.items():
        yield dg.AssetSpec(key, deps=datasets, group_name="catalogue", description=description)


def _accepted(key: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        "accepted", asset=key, description="Every delivered file of this dataset is as its declaration says."
    )


def _metadata(arrival: Arrival) -> dict[str, object]:
    metadata: dict[str, object] = {"status": arrival.status, "message": arrival.message}
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


def _result(key: dg.AssetKey, arrival: Arrival) -> dg.AssetCheckResult:
    aside = [str(outcome.quarantine) for outcome in arrival.outcomes if outcome.quarantine]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name="accepted",
        passed=arrival.status not in TROUBLE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"message": arrival.message, "quarantine": aside},
    )


def _written(run: Run, tables: set[dg.AssetKey]) -> Iterator[dg.MaterializeResult]:
    """Read again what an older declaration had read; say what the catalogue's tables hold."""
    again = run.deliveries.read_again()
    for key in sorted(tables):
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "status": "written",
                "read_again": [outcome.dataset_id for outcome in again if not outcome.error],
                "message": "; ".join(str(outcome.error) for outcome in again if outcome.error),
                "left_out": run.deliveries.left_out(),
            },
        )
