"""The gate as Great Expectations' own pages (Data Docs): suites and validation results of editions, offline.

Importing this module imports Great Expectations (seconds). Its pages load scripts and styles from elsewhere:
they are removed here and a small style is put in, so that the pages open from a folder. Its index page is a
table that only such a script fills; a plain list replaces it.
"""

from __future__ import annotations

import json
import re
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # third-party deprecations on import are not ours to mend
    import great_expectations as gx
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

from expectations import validation  # noqa: F401  (stored suites name the expectations of the families)
from sources.foundation.editions import GATE_SUITE, GATE_VALIDATION

_FROM_ELSEWHERE = re.compile(
    r"<script\b[^>]*\bsrc=\"https?:[^>]*>\s*</script>|<link\b[^>]*\bhref=\"https?:[^>]*>|<img\b[^>]*\bsrc=\"https?:[^>]*>",
    re.IGNORECASE,
)
_NEWSLETTER = re.compile(r"<p>[^<]*<a href=\"https?://[^\"]*newsletter.*?</p>", re.IGNORECASE | re.DOTALL)
_STYLE = """<style>
body { font: 15px/1.5 system-ui, "Liberation Sans", Arial, sans-serif; color: #1c2430; margin: 0 auto;
  max-width: 76rem; padding: 1rem 1.5rem 4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #d5dbe2; padding: .35rem .5rem; text-align: left; vertical-align: top; }
.row { display: flex; flex-wrap: wrap; gap: 1rem; }
.navbar, .breadcrumb { list-style: none; padding: 0; }
[class*=col-lg-2], [class*=navigation] { flex: 0 0 14rem; }
[class*=col-lg-10] { flex: 1 1 40rem; min-width: 0; }
pre, code { white-space: pre-wrap; overflow-wrap: anywhere; }
.modal, .d-none, .collapse:not(.show) { display: none; }
.text-success, .fa-check-circle { color: #1b6b3a; }
.text-danger, .fa-times { color: #a11622; }
.fa-check-circle::before { content: "\\2713"; }
.fa-times::before { content: "\\2717"; }
.fa-exclamation-triangle::before { content: "\\25B3"; color: #7a4b00; }
</style>"""


@dataclass(frozen=True)
class Edition:
    """One checked edition: its product and version, the folder that holds its suite and result, its day."""

    product: str
    version: str
    folder: Path
    day: datetime


def write_site(editions: Sequence[Edition], into: Path) -> Path:
    """Write the pages of all editions into the folder `into`, which is made anew; returns the index page.

    Editions without a stored suite and result are left out: those published before these were kept.
    """
    shutil.rmtree(into, ignore_errors=True)
    kept = [edition for edition in editions if (edition.folder / GATE_VALIDATION).is_file()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        configured = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        )
        configured.data_docs_sites = {
            "gate": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(into.resolve()),
                },
            }
        }
        context = gx.get_context(configured, mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        successes = [_add(context, edition) for edition in kept]
        context.build_data_docs()
    for page in into.rglob("*.html"):
        text = _NEWSLETTER.sub("", _FROM_ELSEWHERE.sub("", page.read_text(encoding="utf-8")))
        page.write_text(text.replace("</head>", f"{_STYLE}</head>", 1), encoding="utf-8")
    into.mkdir(parents=True, exist_ok=True)
    index = into / "index.html"
    index.write_text(_index(into, kept, successes), encoding="utf-8")
    return index


def stored_result(text: str) -> Any:
    """The validation result that a gate stored, as Great Expectations reads it."""
    return expectationSuiteValidationResultSchema.loads(text)


def _add(context: Any, edition: Edition) -> bool:
    """Put an edition into the stores of the context; returns whether every expectation held."""
    suite = json.loads((edition.folder / GATE_SUITE).read_text(encoding="utf-8"))
    context.suites.add(gx.ExpectationSuite(name=edition.product, expectations=suite["expectations"]))
    result = stored_result((edition.folder / GATE_VALIDATION).read_text(encoding="utf-8"))
    run = RunIdentifier(run_name=edition.version, run_time=edition.day.astimezone(UTC))
    result.meta["run_id"] = run
    identifier = ValidationResultIdentifier(ExpectationSuiteIdentifier(edition.product), run, edition.product)
    context.validation_results_store.set(identifier, result)
    return bool(result.success)


def _index(into: Path, editions: Sequence[Edition], successes: Sequence[bool]) -> str:
    rows = []
    for edition, success in zip(editions, successes, strict=True):
        (page,) = (into / "validations" / edition.product).rglob("*.html")
        rows.append(
            f'<tr><th scope="row">{escape(edition.product)}</th>'
            f'<td><a href="{page.relative_to(into).as_posix()}">{escape(edition.version)}</a></td>'
            f"<td>{'every expectation holds' if success else 'with warnings or failures'}</td>"
            f'<td><a href="expectations/{escape(edition.product)}.html">suite</a></td></tr>'
        )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>The gate</title>{_STYLE}</head>'
        "<body><h1>The gate: suites and validation results</h1><table><thead><tr>"
        '<th scope="col">Product</th><th scope="col">Edition</th><th scope="col">Result</th>'
        f'<th scope="col">Expectations</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
        "</body></html>\n"
    )
