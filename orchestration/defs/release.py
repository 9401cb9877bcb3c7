"""Per product: the candidate, the gate as a check that blocks, the release.

The blocking check keeps the release from starting in the same run. It is no protection by itself: a release
asset materialised alone would not see it. So publishing verifies the receipt, from wherever it is called.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from ..project import Manifest
from ..publication import GEOMETRY, REGISTER, Publication
from ..resources import Settings
from .run import Run
from .warehouse import relation_key


def candidate_key(product: str) -> dg.AssetKey:
    """Key of a product's candidate."""
    return dg.AssetKey(["candidate", product])


def build_releases(settings: Settings, manifest: Manifest) -> Iterator[Any]:
    """Candidate, gate and release of every declared product."""
    from exports.products import load_products

    products = load_products()
    for name, product in products.items():
        yield _candidate(settings, manifest, name, product, _reads(product, products))
        yield _gate(settings, manifest, name)
        yield _release(settings, manifest, name, product)


def relations() -> set[str]:
    """Every relation of the warehouse that a candidate is written from."""
    from exports.products import load_products

    products = load_products()
    return {relation for product in products.values() for relation in _reads(product, products)}


def _reads(product: Any, products: Mapping[str, Any]) -> set[str]:
    """The product's own relation, what every product needs, and what its protection is planned over."""
    reads = {product.relation, REGISTER, *([GEOMETRY] if product.geometry else [])}
    if product.disclosure is not None and product.disclosure.policy is not None:
        from exports.disclosure.universe import load_universe, members

        universe = load_universe(product.disclosure.policy)
        reads |= {*universe.relations, *(one.relation for one in members(universe, products.values()))}
    return reads


def _publication(context: Any, run: Run, settings: Settings, manifest: Manifest, name: str) -> Publication:
    catalog = run.deliveries.landing.catalog
    return Publication(settings.paths, manifest, catalog, name, context.log.info, settings.secret)


def _candidate(
    settings: Settings, manifest: Manifest, name: str, product: Any, reads: set[str]
) -> dg.AssetsDefinition:

    @dg.asset(
        key=candidate_key(name),
        deps=[relation_key(relation) for relation in sorted(reads)],
        group_name="candidates",
        description=f"{product.title_en}: the files as they would be released.",
        kinds={"parquet"},
    )
    def candidate(context: dg.AssetExecutionContext, run: Run) -> dg.MaterializeResult:
        publication = _publication(context, run, settings, manifest, name)
        status, rows = publication.build()
        return dg.MaterializeResult(
            metadata={"status": status, "rows": rows, "folder": dg.MetadataValue.path(publication.folder)}
        )

    return candidate


def _gate(settings: Settings, manifest: Manifest, name: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=candidate_key(name),
        name="gate",
        blocking=True,
        description="Everything that must hold before these files may leave the house.",
    )
    def gate(context: dg.AssetCheckExecutionContext, run: Run) -> dg.AssetCheckResult:
        answer = _publication(context, run, settings, manifest, name).check()
        return dg.AssetCheckResult(
            passed=answer.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={
                **answer.counts,
                "message": answer.words,
                "report": dg.MetadataValue.path(answer.report),
                "is_new": answer.is_new,
            },
        )

    return gate


def _release(settings: Settings, manifest: Manifest, name: str, product: Any) -> dg.AssetsDefinition:
    @dg.asset(
        key=["release", name],
        deps=[candidate_key(name)],
        group_name="releases",
        description=f"{product.title_en}: the published edition.",
    )
    def release(context: dg.AssetExecutionContext, run: Run) -> dg.MaterializeResult:
        published = _publication(context, run, settings, manifest, name).publish()
        return dg.MaterializeResult(
            metadata={
                "status": published.status,
                "version": published.version,
                "rows": published.rows,
                "folder": dg.MetadataValue.path(published.folder),
                "files": published.files,
                "previous": published.previous or "",
            }
        )

    return release
