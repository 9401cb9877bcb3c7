"""Codes of status, reasons and levels stand once, and every room means the same ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from sources.areas.area_codes import levels_of
from sources.declared.vocabulary import CodeList, Symbol
from sources.foundation.located_yaml import DeclarationError
from sources.foundation.vocabulary import AreaLevel, ObsStatus, read_vocabulary

PROJECT = Path(__file__).parents[3] / "dbt_project"


def test_every_level_says_what_its_codes_look_like() -> None:
    levels = read_vocabulary()["area_level"]
    assert [name for name, level in levels.items() if not level.pattern] == []
    for code in ("DG", "05", "051", "05711", "05711000", "03241001", "11001001"):
        fits = {name for name, level in levels.items() if re.fullmatch(level.pattern, code)}
        assert set(levels_of(code)) <= fits, code


def test_a_status_is_known_to_all_or_to_none() -> None:
    """What a legend may say, the warehouse can carry and the gate lets through."""
    known = read_vocabulary()
    status = (PROJECT / "macros" / "status.sql").read_text(encoding="utf-8")
    assert [code for code in known["obs_status"] if f"'{code}'" not in status] == []
    for code in ("B", "Q", "L", "Z"):
        assert code not in known["obs_status"]
        with pytest.raises(ValidationError, match="must be one of A, E, P, U, M"):
            Symbol(kind="suffix", obs_status=code, label_de="x", label_en="x")
    assert (
        Symbol(kind="suffix", obs_status="P", conf_status="S", label_de="x", label_en="x").conf_status == "S"
    )


def test_an_editor_learns_the_codes() -> None:
    assert TypeAdapter(ObsStatus).json_schema() == {"type": "string", "enum": ["A", "E", "P", "U", "M"]}
    assert "JUGENDAMTSBEZIRK" in TypeAdapter(AreaLevel).json_schema()["enum"]
    assert "JUGENDAMT" not in TypeAdapter(AreaLevel).json_schema()["enum"]


def test_a_code_list_takes_its_labels_from_the_vocabulary() -> None:
    titles = {"title_de": "Ebene", "title_en": "Level", "labels_of": "area_level"}
    levels = CodeList.model_validate({**titles, "codes": {"SCHOOL_DISTRICT": {"published": ["Schulbezirk"]}}})
    assert levels.codes["SCHOOL_DISTRICT"].de == "Schulbezirk"
    assert levels.code_of == {"Schulbezirk": "SCHOOL_DISTRICT"}
    with pytest.raises(ValidationError, match="JUGENDAMT: not in the vocabulary's list 'area_level'"):
        CodeList.model_validate({**titles, "codes": {"JUGENDAMT": {}}})


def test_an_entry_without_both_languages_names_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.yml"
    file.write_text("unit:\n  ha: {de: Hektar, en: hectares}\n  qm:\n    de: m²\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"vocabulary\.yml:3: unit\.qm\.en: is missing"):
        read_vocabulary(file)
