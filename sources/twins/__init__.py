"""Writes any declared dataset in its publisher's own wire format: sample, test fixtures, load tests.

`render` is driven by the declaration only; what it writes goes through the same readers as a published
file, and reading it gives back exactly what was put in. Layout words come from the declaration, titles and
notes are the project's own. Quirks (`sources.twins.quirks`) spoil a file on purpose.
"""

from sources.twins.rendering import Twin, render

__all__ = ["Twin", "render"]
