"""Per product: the candidate, the gate's verdict on it, the release.

A release waits for the verdicts on all products that may carry the same figures, for what is refused in one
leaves by none of them. A verdict is a fact whether it is good or bad, so it blocks nothing by itself:
publishing verifies receipt and verdicts, from wherever it is called, and a release asset materialised alone
sees them too.
"""

# dagster comes without types here, so its decorators and classes count as untyped
# mypy: disable-error-code="untyped-decorator, misc"

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from ..beside import IMPLAUSIBLE, REGISTER, has_marks
from ..holding import sharing
from ..project import Manifest
from ..publication import Held, Publication, read_for_maps
from ..resources import Settings
from .run import Run
from .warehouse import relation_key

if TYPE_CHECKING:
    from exports.products import Product


def candidate_key(product: str) -> dg.AssetKey:
    """Key of a product's candidate."""
    return dg.AssetKey(["candidate", product])


def verdict_key(product: str) -> dg.AssetKey:
    """Key of what the gate says about a product's candidate."""
    return dg.AssetKey(["verdict", product])


def build_releases(settings: Settings, manifest: Manifest) -> Iterator[dg.AssetsDefinition]:
    """Candidate, verdict and release of every declared product."""
    from exports.products import load_products

    products = load_products()
    others = sharing(manifest, {name: product.relation for name, product in products.items()})
    for name, product in products.items():
        yield _candidate(settings, manifest, name, product, _reads(product, products))
        yield _verdict(settings, manifest, name, product)
        yield _release(settings, manifest, name, product, [name, *others[name]])


def relations() -> set[str]:
    """Every relation of the warehouse that a candidate is written from."""
    from exports.products import load_products

    products = load_products()
    return {relation for product in products.values() for relation in _reads(product, products)}


def _reads(product: "Product", products: Mapping[str, "Product"]) -> set[str]:
    """The product's own relation, what every product needs, and what its protection is planned over."""
    reads = {product.relation, REGISTER, *read_for_maps(product)}
    if has_marks(product):
        reads.add(IMPLAUSIBLE)
    if product.disclosure is not None and product.disclosure.policy is not None:
        from exports.disclosure.universe import load_universe, members

        universe = load_universe(product.disclosure.policy)
        reads |= {*universe.relations, *(one.relation for one in members(universe, products.values()))}
    return reads


def _publication(
    context: dg.AssetExecutionContext, run: Run, settings: Settings, manifest: Manifest, name: str
) -> Publication:
    run.publishes(settings)
    return Publication(
        settings.paths,
        manifest,
        run.deliveries.landing.catalog,
        name,
        context.log.info,
        settings.secret,
        settings.memory,
        database=False,
    )


def _candidate(
    settings: Settings, manifest: Manifest, name: str, product: "Product", reads: set[str]
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


def _verdict(settings: Settings, manifest: Manifest, name: str, product: "Product") -> dg.AssetsDefinition:
    @dg.asset(
        key=verdict_key(name),
        deps=[candidate_key(name)],
        group_name="verdicts",
        check_specs=[
            dg.AssetCheckSpec(
                "gate",
                asset=verdict_key(name),
                description="Everything that must hold before these files may leave the house.",
            )
        ],
        description=f"{product.title_en}: what the gate says about the candidate.",
    )
    def verdict(context: dg.AssetExecutionContext, run: Run) -> dg.MaterializeResult:
        answer = _publication(context, run, settings, manifest, name).check()
        report = dg.MetadataValue.path(answer.report)
        result = dg.AssetCheckResult(
            check_name="gate",
            passed=answer.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={**answer.counts, "message": answer.words, "report": report, "is_new": answer.is_new},
        )
        status = "passed" if answer.passed else "refused"
        return dg.MaterializeResult(metadata={"status": status, "report": report}, check_results=[result])

    return verdict


def _release(
    settings: Settings, manifest: Manifest, name: str, product: "Product", judged: list[str]
) -> dg.AssetsDefinition:
    """`judged` are the products whose verdicts have to be there first."""

    @dg.asset(
        key=["release", name],
        deps=[candidate_key(name), *map(verdict_key, judged)],
        group_name="releases",
        description=f"{product.title_en}: the published edition.",
    )
    def release(context: dg.AssetExecutionContext, run: Run) -> dg.MaterializeResult:
        from exports.release import ReleaseRefused

        try:
            published = _publication(context, run, settings, manifest, name).publish()
        except (Held, ReleaseRefused) as refusal:
            status = "held" if isinstance(refusal, Held) else "refused"
            raise dg.Failure(
                str(refusal), {"status": status, "product": name}, allow_retries=False
            ) from refusal
        return dg.MaterializeResult(
            metadata={
                "status": published.status,
                "version": published.version,
                "rows": published.rows,
                "folder": dg.MetadataValue.path(published.folder),
                "files": published.files,
                "previous": published.previous or "",
                "message": published.doubt,
                "awaits": list(published.awaits),
            }
        )

    return release
