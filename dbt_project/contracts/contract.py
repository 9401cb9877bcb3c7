"""The contract of a model: grain, tests, and columns with type and meaning, as a text that dbt reads.

Models written by hand declare theirs in a file of their room, `<layer>/<room>.yml` beside this module;
those of generated models follow from what they are generated from. A column's meaning is that of its name in
`columns.yml` unless its contract says another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from dbt_project.vocabulary import columns_declared
from sources.foundation.located_yaml import DeclarationError, Problem
from sources.foundation.strict import Strict, read

FOLDER = Path(__file__).parent
GROUPS = "groups.yml"
COMPILED = "dbt_project/compiled/models"
HEADER = "Generated from dbt_project/contracts (make generate); do not edit."

Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Column(Strict):
    """A column; its type alone is enough, with `?` where it may be empty."""

    type: Annotated[str, StringConstraints(pattern=r"^[a-z]+\??$")] = "varchar"
    text: Text | None = Field(default=None, description="what it holds, where its name does not say all")
    values: tuple[Text, ...] = Field(default=(), description="the values that may stand there")
    meta: dict[str, Any] = Field(default={}, description="what columns.yml says of others, for it alone")


def _type_alone(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


Described = Annotated[Column, BeforeValidator(_type_alone)]


class Terms(Strict):
    """What holds of every row of a model."""

    about: Text = Field(description="“One row per …”")
    one_row_per: tuple[Text, ...] = Field(default=(), description="its grain; none: rows may repeat")
    typed_values: bool = Field(default=False, description="values have their status, in full")
    refers_to: dict[Text, Name] = Field(default={}, description="column -> dimension that has it")
    tests: tuple[dict[str, Any], ...] = Field(default=(), description="further tests, as dbt reads them")
    names_its_dataset: bool = Field(
        default=False,
        description="each row is made from the dataset in its column dataset_id and from no other: what "
        "feeds a product is read off the rows",
    )


class Contract(Terms):
    """What holds of every row of a model, and its columns."""

    columns: dict[Name, Described]


class ShortContract(Terms):
    """A contract as it is written: `+<group>` among its columns stands for those of a group."""

    columns: dict[Annotated[str, StringConstraints(pattern=r"^\+?[a-z][a-z0-9_]*$")], Described | None]

    @model_validator(mode="after")
    def _said(self) -> ShortContract:
        for name, one in self.columns.items():
            if name.startswith("+") == (one is not None):
                raise ValueError(f"{name}: a column has a type, and `+<group>` stands alone")
        return self

    @property
    def groups(self) -> set[str]:
        """The groups it names."""
        return {name[1:] for name in self.columns if name.startswith("+")}

    def whole(self, groups: Mapping[str, Mapping[str, Column]]) -> Contract:
        """The contract with all its columns."""
        found: dict[str, Column] = {}
        for name, one in self.columns.items():
            found |= groups[name[1:]] if one is None else {name: one}
        return Contract(**{**dict(self), "columns": found})


def columns(*names: str, type: str = "varchar") -> dict[str, Column]:
    """Columns of one type whose names say what they hold."""
    return {name: Column(type=type) for name in names}


def load_contracts(folder: Path = FOLDER) -> dict[str, dict[str, Contract]]:
    """Contracts of the models written by hand: room (`core/facts`) -> model -> contract.

    Raises `DeclarationError` with every problem.
    """
    groups = read(folder / GROUPS, dict[Name, dict[Name, Described]])
    rooms: dict[str, dict[str, Contract]] = {}
    problems: list[Problem] = []
    for file in sorted(folder.rglob("*/*.yml")):
        try:
            short = read(file, dict[Name, ShortContract])
        except DeclarationError as error:
            problems.extend(error.problems)
            continue
        room = file.relative_to(folder).with_suffix("").as_posix()
        rooms[room] = {}
        for name, one in short.items():
            unknown = sorted(one.groups - groups.keys())
            problems += [Problem(str(file), 0, f"{name}.columns", f"no group {group!r}") for group in unknown]
            if not unknown:
                rooms[room][name] = one.whole(groups)
    if problems:
        raise DeclarationError(problems)
    return rooms


def compile_files(project: Path = FOLDER.parent) -> dict[str, str]:
    """The contracts of models written by hand, and what columns hold, as dbt reads them: path and text.

    Raises `DeclarationError` for a contract whose model is not there.
    """
    folder = project / "contracts"
    rooms = load_contracts(folder)
    written = {file.stem for file in (project / "models").rglob("*") if file.suffix in (".sql", ".py")}
    problems = [
        Problem(str(folder / f"{room}.yml"), 0, name, f"no {name}.sql is written in dbt_project/models")
        for room, models in rooms.items()
        for name in models
        if name not in written
    ]
    if problems:
        raise DeclarationError(problems)
    blocks = [
        f"{{% docs {name} %}}\n{one.about}\n{{% enddocs %}}\n"
        for name, one in columns_declared(project / "columns.yml").items()
        if one.about
    ]
    return {f"{COMPILED}/columns.md": "\n".join(blocks)} | {
        f"{COMPILED}/{room}.yml": f"# {HEADER}\n{written_out(models)}" for room, models in rooms.items()
    }


def written_out(models: Mapping[str, Contract]) -> str:
    """Contracts as a file of dbt."""
    return "version: 2\n\nmodels:\n" + "\n".join(_model(name, one) for name, one in models.items())


def _model(name: str, contract: Contract) -> str:
    tests = [*_tests(contract)]
    out = [
        f"  - name: {name}",
        f"    description: {quoted(f'One row per {contract.about}')}",
        *(["    config: {meta: {names_its_dataset: true}}"] if contract.names_its_dataset else []),
        *(["    data_tests:", *tests] if tests else []),
        "    columns:",
    ]
    for column, one in contract.columns.items():
        about = one.text or f"{{{{ doc('{column}') }}}}"
        said = [f"name: {column}", f"data_type: {one.type.rstrip('?')}", f"description: {quoted(about)}"]
        if not one.type.endswith("?"):
            said.append("constraints: [{type: not_null}]")
        if one.values:
            values = f"{{values: [{', '.join(one.values)}]}}"
            said.append(f"data_tests: [{{accepted_values: {{arguments: {values}}}}}]")
        if one.meta:
            meta = ", ".join(
                f"{key}: {quoted(value) if isinstance(value, str) else value}"
                for key, value in one.meta.items()
            )
            said.append(f"config: {{meta: {{{meta}}}}}")
        out.append(f"      - {{{', '.join(said)}}}")
    return "\n".join(out) + "\n"


def _tests(contract: Contract) -> Iterator[str]:
    if contract.one_row_per:
        yield f"      - one_row_per: {{arguments: {{columns: [{', '.join(contract.one_row_per)}]}}}}"
    if contract.typed_values:
        bare = "" if "conf_status" in contract.columns else ": {arguments: {has_conf_status: false}}"
        yield f"      - typed_values{bare}"
    if contract.refers_to:
        named = ", ".join(f'"{key}": {dimension}' for key, dimension in contract.refers_to.items())
        yield f"      - refers_to: {{arguments: {{dimensions: {{{named}}}}}}}"
    for test in contract.tests:
        yield f"      - {_flow(test)}"


def _flow(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """A text in quotes, as YAML reads it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
