"""Childcare and youth facilities: the common rules with what the product file declares."""

from __future__ import annotations

from expectations.suites.common import inspections, rules

__all__ = ["inspections", "rules"]
