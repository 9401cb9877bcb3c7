"""Names against their declaration: every label that is printed is the one that the row's dataset declares.

The description brings what each code means, and where it means that (`scope`: the dataset of the row, the
edition of an index). Rules look at the rows, inspections at the files for people.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb

from expectations.bench import Bench
from expectations.files import left_out
from expectations.readback import columns_of, harmless
from expectations.rules import (
    DATA_ENGINEER,
    DECLARATION,
    EXAMPLES,
    EXPORT,
    Inspection,
    Result,
    Rule,
    Statement,
    quoted_list,
)
from expectations.settings import DescribedColumn
from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

_NAMES = Phrase("vor einer richtigen Zahl unter falschem Namen", "against a right number under a wrong name")
_CODES = Phrase("Codes", "codes")


def rules(bench: Bench) -> list[Rule]:
    """Every code is declared, and every name in the rows is the declared one."""
    coded = [column for column in bench.description.columns if column.codes and column.name in bench.types]
    found = [_declared(bench, coded)] if coded else []
    named = [(column, name) for column in coded for name in column.named if name in bench.types]
    return [*found, _named(bench, named)] if named else found


def inspections(bench: Bench) -> list[Inspection]:
    """What the CSV for German Excel and the dictionary say."""
    is_written = "csv-excel" in set(bench.description.formats) - left_out(bench)
    printed = [_printed(bench)] if is_written else []
    return [_dictionary(bench), *printed]


def _declared(bench: Bench, coded: list[DescribedColumn]) -> Rule:
    return Rule(
        Statement(
            "labels.declared",
            "labels",
            "fail",
            Phrase(
                "Jeder Code hat eine Bezeichnung auf Deutsch und Englisch",
                "Every code has a label in German and English",
            ),
            Phrase("vor Schlüsseln, die niemand versteht", "against codes that nobody understands"),
            DECLARATION,
            Phrase(
                "{column_name}: für „{code}“ {scope} ist keine Bezeichnung erklärt ({rows_found} Zeilen)",
                "{column_name}: no label is declared for “{code}” {scope} ({rows_found} rows)",
            ),
            unit=_CODES,
            keys=("column_name", "code", "scope"),
            must_apply=True,
        ),
        cases=" union all ".join(_used(column) for column in coded),
        broken="is_unknown",
        order="column_name, code, scope",
        touches=" or ".join(
            f"(found.column_name = '{column.name}' and "
            f"list_contains(string_split(carrier.{quoted(column.name)}, ', '), found.code))"
            for column in coded
        ),
    )


def _used(column: DescribedColumn) -> str:
    """SQL for the codes that occur in a column, and whether each is declared where it occurs."""
    name = quoted(column.name)
    code = f"unnest(string_split({name}, ', '))" if column.is_listed else name
    scope = quoted(column.scope) if column.scope else "null"
    empty = f" and {name} <> ''" if column.is_listed else ""
    return f"""
        select '{column.name}' as column_name, used.code, coalesce(used.scope, '') as scope, used.rows_found,
            declared.code is null as is_unknown
        from (
            select code, scope, count(*) as rows_found
            from (
                select {code} as code, cast({scope} as varchar) as scope
                from candidate where {name} is not null{empty}
            )
            group by code, scope
        ) as used
        left join declared_codes as declared
            on declared.column_name = '{column.name}' and declared.code = used.code
            and declared.scope is not distinct from used.scope
    """


def _named(bench: Bench, named: list[tuple[DescribedColumn, str]]) -> Rule:
    keys = bench.key_columns()
    return Rule(
        Statement(
            "labels.named",
            "labels",
            "fail",
            Phrase("Namen in den Zeilen sind die erklärten", "Names in the rows are the declared ones"),
            _NAMES,
            DATA_ENGINEER,
            Phrase(
                "{column_name} ist „{printed}“, erklärt ist „{declared}“",
                "{column_name} is “{printed}”, declared is “{declared}”",
            ),
            keys=keys,
            must_apply=True,
        ),
        cases=" union all ".join(_names(column, name, keys) for column, name in named),
        broken="printed is distinct from declared",
    )


def _names(column: DescribedColumn, name: str, keys: tuple[str, ...]) -> str:
    """SQL for what one column prints as the name of another's code, beside what is declared."""
    label = "label_en" if name.endswith("_en") else "label_de"
    scope = f"carrier.{quoted(column.scope)}" if column.scope else "null"
    return f"""
        select {quoted_list(keys, "carrier")}, '{name}' as column_name, carrier.{quoted(name)} as printed,
            declared.{label} as declared
        from candidate as carrier
        left join declared_codes as declared
            on declared.column_name = '{column.name}' and declared.code = carrier.{quoted(column.name)}
            and declared.scope is not distinct from {scope}
        where carrier.{quoted(column.name)} is not null
    """


def _statement(name: str, title: Phrase, unit: Phrase) -> Statement:
    finding = Phrase("{problem_de}", "{problem_en}")
    return Statement(f"labels.{name}", "labels", "fail", title, _NAMES, EXPORT, finding, unit=unit)


def _result(examined: int, problems: list[tuple[str, str]]) -> Result:
    rows = tuple({"problem_de": de, "problem_en": en} for de, en in problems[:EXAMPLES])
    return Result(examined=examined, failed=len(problems), rows=rows)


def _printed(bench: Bench) -> Inspection:
    path = bench.folder / f"{bench.description.product}_excel.csv"

    def run() -> Result:
        labels = 0
        problems = []
        for column, code, scope, printed in _labels_in(bench, path):
            labels += 1
            wanted = column.label_of(code, scope, "de")
            if harmless(wanted or "") != harmless(printed or ""):
                told = (column.name, code, f" ({scope})" if scope else "", printed or "", wanted or "")
                problems.append(
                    (
                        "{}: „{}“{} ist als „{}“ bezeichnet, erklärt ist „{}“".format(*told),
                        "{}: “{}”{} is labelled “{}”, declared is “{}”".format(*told),
                    )
                )
        return _result(labels, problems)

    title = Phrase(
        "Gedruckte Bezeichnungen sind die, die der Datensatz der Zeile erklärt",
        "Printed labels are those that the row's dataset declares",
    )
    return Inspection(_statement("printed", title, Phrase("Bezeichnungen", "labels")), run)


def _labels_in(bench: Bench, path: Path) -> Iterator[tuple[DescribedColumn, str, str | None, str | None]]:
    """Every label that the CSV for German Excel prints beside a code, once per code and scope."""
    try:
        lines = bench.connection.read_csv(
            str(path), header=True, sep=";", quotechar='"', escapechar='"', all_varchar=True, na_values=""
        )
    except (duckdb.Error, OSError):
        return  # that it cannot be read is said by the check of the file
    headings = dict(zip(bench.types, columns_of(lines.columns), strict=False))
    coded = [
        (column, heading)
        for column in bench.description.columns
        if column.codes and (heading := headings.get(column.name, "")).endswith(" (Code)")
    ]
    if not coded:
        return
    printed = ", ".join(  # all columns in one reading of the file
        "list(distinct struct_pack("
        f"code := {_as_is(heading)}, scope := {_as_is(headings[column.scope]) if column.scope else 'null'}, "
        f"label := {quoted(heading.removesuffix(' (Code)'))})) filter ({_as_is(heading)} <> '')"
        for column, heading in coded
    )
    (found,) = lines.aggregate(printed).fetchall()
    for (column, _), labels in zip(coded, found, strict=True):
        for one in sorted(labels or [], key=_in_order):
            yield column, one["code"], one["scope"], one["label"]


def _in_order(one: dict[str, str | None]) -> tuple[tuple[bool, str], ...]:
    """Codes in the order of their texts, empty ones last."""
    return tuple((one[name] is None, one[name] or "") for name in ("code", "scope", "label"))


def _as_is(heading: str) -> str:
    """SQL for a code without the mark that keeps it a text in a spreadsheet."""
    return f"ltrim({quoted(heading)}, chr(9))"


def _dictionary(bench: Bench) -> Inspection:
    path = bench.folder / "dictionary.csv"

    def run() -> Result:
        problems: list[tuple[str, str]] = []
        columns = {column.name: column for column in bench.description.columns}
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error):
            return _result(0, [("dictionary.csv ist nicht lesbar", "dictionary.csv cannot be read")])
        for line in lines:
            column = columns.get(str(line.get("column")))
            if column is None:
                continue  # said by the check that every column is explained
            code = line.get("code")
            told = ("heading_de", "heading_en", *(() if code else ("description_de", "description_en")))
            for name in told:
                if not (line.get(name) or "").strip():
                    problems.append(
                        (f"{column.name} {code}: {name} ist leer", f"{column.name} {code}: {name} is empty")
                    )
            if code and (line.get("heading_de"), line.get("heading_en")) not in column.labels_of(
                code, line.get("scope") or ""
            ):
                printed = f"{line.get('heading_de')} / {line.get('heading_en')}"
                problems.append(
                    (
                        f"{column.name}: „{code}“ ist als „{printed}“ bezeichnet, das erklärt kein Datensatz",
                        f"{column.name}: “{code}” is labelled “{printed}”, which no dataset declares",
                    )
                )
        return _result(len(lines), problems)

    title = Phrase(
        "Das Verzeichnis nennt Spalten und Codes in beiden Sprachen, wie sie erklärt sind",
        "The dictionary names columns and codes in both languages as they are declared",
    )
    return Inspection(_statement("dictionary", title, Phrase("Zeilen", "lines")), run)
