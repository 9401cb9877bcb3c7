"""What the README shows is what is there."""

from __future__ import annotations

import re
from pathlib import Path

import sources
from sources.problems import PROBLEMS

FOLDER = Path(sources.__file__ or "").parent


def test_the_shown_declaration_is_the_real_one() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    declaration = (FOLDER / "catalog" / "regionalstatistik" / "22542-01-02-4.yml").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    for line in shown.splitlines():
        assert line in declaration.splitlines()


def test_named_files_exist() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:[a-z]+/)?[a-z_.]+\.(?:py|yml|json))`", readme):
        assert (FOLDER / name).exists() or (FOLDER / "catalog" / name).exists(), name


def test_every_problem_has_words_in_both_languages() -> None:
    for code, words in PROBLEMS.items():
        assert all((words.what_de, words.what_en, words.todo_de, words.todo_en)), code
        facts = [set(re.findall(r"{([a-z_]+)", text)) for text in (words.what_de, words.what_en)]
        assert facts[0] == facts[1], f"{code}: the languages name different facts"
        assert not re.search(r"[äöüß]", words.what_en + words.todo_en), code
