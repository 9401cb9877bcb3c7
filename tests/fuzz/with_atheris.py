"""The same readers under libFuzzer, by way of atheris: a second fuzzer with a mutator of its own.

    pip install atheris                                         # not a dependency of the project
    python -m tests.fuzz.with_atheris delimited -max_total_time=300 [CORPUS_FOLDER]

The first argument is a key of `tests.fuzz.readers.DATASETS`, the rest are libFuzzer's options. Python code
of `sources` is instrumented; half of the mutants come from libFuzzer, half from `tests.fuzz.readers.mutate`,
which knows lines, fields and ZIP archives. The first byte of an input chooses the dataset, the rest is its
main file. A reader gives back a table or raises `SourceError`; anything else ends the run, and libFuzzer
writes the input to a file `crash-…`.
"""

from __future__ import annotations

import contextlib
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["sources"]):
    from tests.fuzz.readers import Coverage, Target, attempt, load_catalog, mutate, targets_of


class Untraced(Coverage):
    """libFuzzer measures coverage itself."""

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        yield


def main() -> None:
    """Fuzz one kind of reader until libFuzzer ends."""
    kind = sys.argv.pop(1)
    catalog = load_catalog()
    targets = targets_of(catalog, kind)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-atheris-"))
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, target in enumerate(targets):
        for at, files in enumerate(target.corpus):
            (corpus / f"{number}-{at}").write_bytes(bytes([number]) + next(iter(files.values())))

    untraced = Untraced()

    def one_input(data: bytes) -> None:
        target: Target = targets[data[0] % len(targets)] if data else targets[0]
        parent = target.corpus[0]
        attempt(catalog, target, parent | {next(iter(parent)): data[1:]}, folder, untraced)
        if target.findings:
            raise RuntimeError(target.findings[0][0])

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if not data or dice.random() < 0.5:
            return bytes(atheris.Mutate(data, max_size))
        return (data[:1] + mutate(data[1:], dice, [data[1:]]))[:max_size]

    atheris.Setup([sys.argv[0], str(corpus), *sys.argv[1:]], one_input, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
