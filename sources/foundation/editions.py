"""Files that speak about a candidate or edition: written by the attack, the gate and the release."""

from __future__ import annotations

DESCRIPTION = "description.json"
CERTIFICATE = "disclosure_certificate.json"
GATE_JSON = "gate.json"
GATE_REPORT = "gate_report.html"
GATE_SUITE = "gate_suite.json"
GATE_VALIDATION = "gate_validation.json"
REFUSED_CELLS = "refused_cells.parquet"
RECEIPT = "receipt.json"
RELEASE = "release.json"

GATE_FILES = frozenset({GATE_JSON, GATE_REPORT, GATE_SUITE, GATE_VALIDATION, REFUSED_CELLS})
"""What the gate writes into the candidate."""

AFTERWARDS = GATE_FILES | {CERTIFICATE, RECEIPT, RELEASE}
"""Absent or older while the files that they speak about are read."""
