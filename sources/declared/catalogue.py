"""Reads the whole catalogue and answers questions about it.

`catalog/` holds `code_lists.yml`, `dialects.yml`, `statistics.yml` and a folder per publisher with
`publisher.yml` and one file per dataset. A reference to something that is not there is an error
like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from sources.areas.divisions import history_problems
from sources.declared.breaks import break_problems
from sources.declared.declaration import Declaration
from sources.declared.text_corrections import FILE as TEXT_CORRECTIONS
from sources.declared.text_corrections import TextCorrection, text_corrections
from sources.declared.vocabulary import CodeList, Dialect, Licence, Publisher, Statistic
from sources.foundation import located_yaml
from sources.foundation.files import sha256_of_text
from sources.foundation.located_yaml import DeclarationError, Located, Problem
from sources.foundation.strict import problem_at, problems_of

CATALOG = Path(__file__).parents[1] / "catalog"
PUBLISHER_FILE = "publisher.yml"
SHARED = ("code_lists.yml", "dialects.yml", "statistics.yml")

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Catalog(Mapping[str, Declaration]):
    """All declarations by dataset id, in order of publisher and id, with what they refer to."""

    declarations: dict[str, Declaration]
    publishers: dict[str, Publisher]
    statistics: dict[str, Statistic]
    code_lists: dict[str, CodeList]
    dialects: dict[str, Dialect]
    files: dict[str, Path] = field(default_factory=dict)
    text_corrections: tuple[TextCorrection, ...] = ()

    def __getitem__(self, dataset_id: str) -> Declaration:
        return self.declarations[dataset_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.declarations)

    def __len__(self) -> int:
        return len(self.declarations)

    def publisher(self, declaration: Declaration) -> Publisher:
        """Who publishes the dataset."""
        return self.publishers[declaration.publisher]

    def licence(self, declaration: Declaration) -> Licence:
        """The dataset's licence: its own, else its publisher's.

        The source note of a file that others handed on says so.
        """
        licence = declaration.licence or self.publisher(declaration).licence
        if declaration.handed_on is None:
            return licence
        return licence.model_copy(
            update={"attribution": f"{licence.attribution}; {declaration.handed_on.what_de}"}
        )

    def dialect_id(self, declaration: Declaration) -> str | None:
        """Name of the dataset's missing-value dialect: its own, else its publisher's."""
        return declaration.dialect or self.publisher(declaration).dialect

    def dialect(self, declaration: Declaration) -> Dialect | None:
        """The dataset's missing-value dialect; None when it has none (a register)."""
        name = self.dialect_id(declaration)
        return self.dialects[name] if name else None

    def statistic(self, declaration: Declaration) -> Statistic | None:
        """The statistic the dataset belongs to."""
        return self.statistics[declaration.statistic] if declaration.statistic else None

    def legal_basis(self, declaration: Declaration) -> str | None:
        """The law that orders the statistic."""
        statistic = self.statistic(declaration)
        return declaration.legal_basis or (statistic.legal_basis if statistic else None)

    def holds_personal_data(self, declaration: Declaration) -> bool:
        """Whether records of the dataset can be traced to persons."""
        if declaration.holds_personal_data is not None:
            return declaration.holds_personal_data
        statistic = self.statistic(declaration)
        return statistic.holds_personal_data if statistic else False

    def code_list(self, declaration: Declaration, dimension: str) -> CodeList | None:
        """The code list of a dimension; None for a verbatim one."""
        declared = declaration.dimensions[dimension]
        return None if declared.verbatim else self.code_lists[declared.code_list or dimension]

    @cached_property
    def lists_of_dimensions(self) -> dict[str, CodeList]:
        """The code lists that cells may be told apart by: all but those of columns of records alone."""
        as_dimensions = {
            dimension.code_list or name
            for declaration in self.values()
            for name, dimension in declaration.dimensions.items()
        }
        of_columns = {
            column.code_list
            for declaration in self.values()
            for column in declaration.columns
            if column.code_list
        }
        return {
            name: codes
            for name, codes in self.code_lists.items()
            if name in as_dimensions or name not in of_columns
        }

    def codes(self, declaration: Declaration, dimension: str) -> tuple[str, ...]:
        """The codes that may occur in a dimension of this dataset, in order; empty for a verbatim one."""
        code_list = self.code_list(declaration, dimension)
        if code_list is None:
            return ()
        return declaration.dimensions[dimension].codes or tuple(code_list.codes)

    def label_codes(self, declaration: Declaration, dimension: str) -> dict[str, str]:
        """Published label to code for the codes that may occur in a dimension of this dataset, in order."""
        code_list = self.code_list(declaration, dimension)
        if code_list is None:
            return {}
        order = {code: place for place, code in enumerate(self.codes(declaration, dimension))}
        known = [(label, code) for label, code in code_list.code_of.items() if code in order]
        return dict(sorted(known, key=lambda pair: order[pair[1]]))

    def column_codes(self, declaration: Declaration) -> dict[str, dict[str, str]]:
        """Per column of a register that has a code list: published label to code."""
        return {
            column.name: self.code_lists[column.code_list].code_of
            for column in declaration.columns
            if column.code_list
        }

    def corrected_by(self, town: Path) -> Catalog:
        """With what an office corrects in its folder `town` too; its line goes before one of the same id.

        Raises DeclarationError for lines that cannot be read.
        """
        own = text_corrections(self, town / TEXT_CORRECTIONS)
        named = {one.correction_id for one in own}
        others = tuple(one for one in self.text_corrections if one.correction_id not in named)
        return replace(self, text_corrections=(*others, *own)) if own else self

    def corrections_of(self, declaration: Declaration) -> tuple[TextCorrection, ...]:
        """The corrections of texts of this dataset."""
        return tuple(one for one in self.text_corrections if one.dataset_id == declaration.id)

    def fingerprint(self, declaration: Declaration) -> str:
        """sha256 (hex) of everything in the catalogue that decides how this dataset is read.

        Titles, notes and licences are not part of it: correcting them does not read a file again.
        """
        reading = declaration.model_dump(
            mode="json",
            include={"table_code", "reference_time", "area_levels", "format", "dimensions", "columns"}
            | ({"other_formats"} if declaration.other_formats else set()),
        )
        reading["measures"] = {
            name: measure.model_dump(include={"unit", "decimals", "signed"})
            for name, measure in declaration.measures.items()
        }
        for form in (reading["format"], *reading.get("other_formats", ())):  # as before these could be said
            for name in ("areas", "left_out"):
                if form["kind"] in ("workbook", "delimited", "form") and not form[name]:
                    del form[name]
            if form["kind"] in ("workbook", "form") and form["trailer"] is None:
                del form["trailer"]
        for column in reading["columns"]:
            del column["example"]
            if column["type"] is None:  # as it was before columns had types
                del column["type"]
        reading["labels"] = {name: self.label_codes(declaration, name) for name in declaration.dimensions}
        reading["labels"] |= self.column_codes(declaration)
        dialect = self.dialect(declaration)
        reading["symbols"] = {sign: s.kind for sign, s in dialect.symbols.items()} if dialect else {}
        if corrections := self.corrections_of(declaration):
            reading["corrections"] = [
                (one.area_code, one.time_text, one.measure, one.dimensions, one.expected_text, one.text)
                for one in corrections
            ]
        text = json.dumps(reading, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return sha256_of_text(text)


def load_catalog(root: Path = CATALOG) -> Catalog:
    """Read every declaration below `root`.

    Raises `DeclarationError` with all problems found, each with file, line and key.
    """
    problems: list[Problem] = []
    code_lists = _shared(root / "code_lists.yml", CodeList, problems)
    dialects = _shared(root / "dialects.yml", Dialect, problems)
    statistics = _shared(root / "statistics.yml", Statistic, problems, key_field="code")
    if problems:  # everything else refers to these; more findings would only follow from them
        raise DeclarationError(sorted(problems))
    publishers: dict[str, Publisher] = {}
    declared: dict[str, tuple[Declaration, Located]] = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        for file in sorted(folder.glob("*.yml")):
            located = _load(file, problems)
            if located is None:
                continue
            if file.name == PUBLISHER_FILE:
                publisher = _validate(located, Publisher, problems)
                if publisher:
                    _expect(
                        publisher.id == folder.name, located, ("id",), f"must be {folder.name!r}", problems
                    )
                    publishers[publisher.id] = publisher
                continue
            declaration = _validate(located, Declaration, problems)
            if declaration is None:
                continue
            _expect(
                declaration.id == file.stem,
                located,
                ("id",),
                f"must be the file's name, {file.stem!r}",
                problems,
            )
            _expect(
                declaration.publisher == folder.name,
                located, ("publisher",), f"must be the folder's name, {folder.name!r}", problems,
            )  # fmt: skip
            other = declared.get(declaration.id)
            _expect(
                other is None, located, ("id",), f"declared twice, see {other and other[1].file}", problems
            )
            declared[declaration.id] = (declaration, located)
    declared = dict(sorted(declared.items(), key=lambda item: (item[1][0].publisher, item[0])))
    catalog = Catalog(
        declarations={name: declaration for name, (declaration, _) in declared.items()},
        publishers=publishers,
        statistics=statistics,
        code_lists=code_lists,
        dialects=dialects,
        files={name: located.file for name, (_, located) in declared.items()},
    )
    problems += _part_problems(root / "code_lists.yml", code_lists)
    for declaration, located in declared.values():
        _check_references(catalog, declaration, located, problems)
    if (reforms := root / "area_history.csv").exists():
        problems += history_problems(reforms)
    if not problems and (breaks := root / "breaks.csv").exists():
        problems += break_problems(catalog, breaks)
    if problems:
        raise DeclarationError(sorted(problems))
    return replace(catalog, text_corrections=text_corrections(catalog, root / TEXT_CORRECTIONS))


def _part_problems(file: Path, code_lists: dict[str, CodeList]) -> list[Problem]:
    """A code that is a part at one code of another dimension must name a list and a code of it."""
    problems: list[Problem] = []
    for name, code_list in code_lists.items():
        for code, entry in code_list.codes.items():
            for dimension, at in entry.part_at.items():
                if dimension == name or dimension not in code_lists or at not in code_lists[dimension].codes:
                    path = (name, "codes", code, "part_at")
                    line = located_yaml.load(file).line_of(path)
                    message = f"there is no {dimension} with the code {at} in code_lists.yml"
                    problems.append(Problem(str(file), line, located_yaml.dotted(path), message))
    return problems


def _check_references(
    catalog: Catalog, declaration: Declaration, located: Located, problems: list[Problem]
) -> None:
    """Everything a declaration names must be there."""
    if not _expect(
        declaration.publisher in catalog.publishers,
        located, ("publisher",), f"no {declaration.publisher}/{PUBLISHER_FILE}", problems,
    ):  # fmt: skip
        return
    if declaration.statistic is not None:
        known = declaration.statistic in catalog.statistics
        _expect(
            known, located, ("statistic",), f"{declaration.statistic!r} is not in statistics.yml", problems
        )
    dialect = catalog.dialect_id(declaration)
    if declaration.shape == "cells":
        message = (
            f"dialect {dialect!r} is not in dialects.yml"
            if dialect
            else f"a table of cells needs a dialect, what its signs mean: {', '.join(catalog.dialects)}"
        )
        _expect(dialect in catalog.dialects, located, ("dialect",), message, problems)
    elif dialect:
        _expect(dialect in catalog.dialects, located, ("dialect",), f"{dialect!r} is unknown", problems)
    for name, dimension in declaration.dimensions.items():
        if dimension.verbatim:
            continue
        where = ("dimensions", name)
        code_list = catalog.code_lists.get(dimension.code_list or name)
        message = f"no code list {dimension.code_list or name!r} in code_lists.yml"
        if not _expect(code_list is not None, located, where, message, problems) or code_list is None:
            continue
        own = dimension.code_list in (None, name) or name not in catalog.code_lists
        message = (
            f"the code list {name!r} labels this dimension wherever it is shown: take its codes from there, "
            "or give the dimension another name"
        )
        _expect(own, located, (*where, "code_list"), message, problems)
        strange = [code for code in dimension.codes if code not in code_list.codes]
        _expect(
            not strange, located, (*where, "codes"), f"not in the code list: {', '.join(strange)}", problems
        )
    for column_no, column in enumerate(declaration.columns):
        if column.code_list:
            message = f"no code list {column.code_list!r} in code_lists.yml"
            known = column.code_list in catalog.code_lists
            _expect(known, located, ("columns", column_no, "code_list"), message, problems)
    _check_layout_codes(catalog, declaration, located, problems)


def _check_layout_codes(
    catalog: Catalog, declaration: Declaration, located: Located, problems: list[Problem]
) -> None:
    for layout_no, layout in enumerate(getattr(declaration.format, "layouts", ())):
        for column_no, column in enumerate(getattr(layout, "columns", ())):
            for dimension, code in column.codes.items():
                declared = declaration.dimensions[dimension]
                if declared.verbatim or (declared.code_list or dimension) not in catalog.code_lists:
                    continue
                _expect(
                    code in catalog.codes(declaration, dimension),
                    located, ("format", "layouts", layout_no, "columns", column_no, "codes", dimension),
                    f"{code!r} is not among the codes of {dimension}", problems,
                )  # fmt: skip


def _expect(
    holds: bool, located: Located, path: tuple[str | int, ...], message: str, problems: list[Problem]
) -> bool:
    if not holds:
        problems.append(problem_at(located, path, message))
    return holds


def _load(file: Path, problems: list[Problem]) -> Located | None:
    try:
        return located_yaml.load(file)
    except DeclarationError as error:
        problems.extend(error.problems)
        return None


def _validate(located: Located, model: type[Model], problems: list[Problem]) -> Model | None:
    try:
        return model.model_validate(located.value)
    except ValidationError as error:
        problems.extend(problems_of(error, located))
        return None


def _shared(
    file: Path, model: type[Model], problems: list[Problem], *, key_field: str | None = None
) -> dict[str, Model]:
    """A shared file: a mapping of id to model. With `key_field` the id is also that field of the model."""
    if not file.exists():
        return {}
    located = _load(file, problems)
    if located is None or located.value is None:
        return {}
    value: Any = located.value
    if key_field and isinstance(value, dict):
        value = {
            key: {key_field: key, **entry} if isinstance(entry, dict) else entry
            for key, entry in value.items()
        }
    try:
        return TypeAdapter(dict[str, model]).validate_python(value)  # type: ignore[valid-type]
    except ValidationError as error:
        problems.extend(problems_of(error, located))
        return {}
