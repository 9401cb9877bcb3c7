"""The embedded sample: official figures for Germany, Schleswig-Holstein and its Kreise, written by the twins.

The tables beside this file carry the figures over as facts (see ATTRIBUTION.md);
outlines are invented and say so. `write_sample` writes them as files in the publishers' own wire formats.
"""

from sources.twins.sample.writing import write_sample

__all__ = ["write_sample"]
