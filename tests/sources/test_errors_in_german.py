"""What a town's office reads of a refused file is German throughout; logs and the prompt are English."""

from __future__ import annotations

import pytest

from sources.declared.catalogue import load_catalog
from sources.errors import problem
from sources.foundation.told import Told


@pytest.mark.parametrize(
    ("dataset", "text", "german", "english"),
    [
        ("hilfen-zur-erziehung", "20x5", "'20x5' ist kein Jahr wie 2015", "'20x5' is not a year like 2015"),
        ("12411-01-01-4", "31.13.2015", "ist kein Datum wie 31.12.2015", "is not a date like 31.12.2015"),
        ("12411-01-01-4", "30.06.2015", "keiner der deklarierten Tage", "none of the declared days"),
    ],
)
def test_a_time_that_cannot_be_read(dataset: str, text: str, german: str, english: str) -> None:
    with pytest.raises(ValueError, match=english) as caught:
        load_catalog()[dataset].reference_time.period(text)
    refused = problem("bad_time", "form.xlsx", cell="cell B3 of sheet 'Hilfen'", reason=caught.value.args[0])
    assert german in refused.sentence_de
    assert english in refused.sentence_en
    assert english not in refused.sentence_de
    assert refused.sentence_de.startswith("form.xlsx, Zelle B3 im Blatt 'Hilfen': Zeitangabe nicht lesbar")


def test_words_within_words_come_in_the_language_of_the_sentence() -> None:
    refused = problem("wrong_encoding", "f.csv", found=Told("not UTF-8", "kein UTF-8"))
    assert ("kein UTF-8" in refused.sentence_de, "not UTF-8" in refused.sentence_en) == (True, True)
