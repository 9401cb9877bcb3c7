"""Rules that hold for every product: grain, keys, codes, dates, status, units, sources, readable text."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from expectations.bench import Bench
from expectations.rules import (
    DATA_ENGINEER,
    DECLARATION,
    EXPORT,
    PUBLISHER,
    BuiltIn,
    Inspection,
    Result,
    Rule,
    Statement,
    quoted_list,
)
from sources.foundation.sql import quoted, text_list, text_literal
from sources.foundation.told import Phrase
from sources.foundation.vocabulary import read_vocabulary

# Published columns are flat and of types that every reader knows.
_FLAT = re.compile(r"^(VARCHAR|BOOLEAN|BIGINT|INTEGER|SMALLINT|TINYINT|DOUBLE|FLOAT|DATE|TIMESTAMP.*)$")
_KINDS = {
    "text": ("VARCHAR", "CHAR", "TEXT", "UUID", "ENUM", "STRING"),
    "boolean": ("BOOL",),
    "date": ("DATE",),
    "time": ("TIMESTAMP", "DATETIME"),
    "number": ("DOUBLE", "FLOAT", "REAL", "DECIMAL", "NUMERIC"),
    "integer": ("BIGINT", "INT", "SMALLINT", "TINYINT", "HUGEINT", "U"),
}
_GARBLED = "\ufffd|Ã[\u0080-\u00bf]|Â[\u0080-\u00bf]"


def rules(bench: Bench) -> list[Rule]:
    """The rules that apply to the columns this candidate has."""
    found = [_not_empty(bench), _grain_unique(bench), _keys_present(bench)]
    if bench.has("area_code", "area_level"):
        found.append(_area_codes(bench))
    if bench.has("reference_date"):
        found.append(_reference_dates(bench))
    if bench.has("value", "missing_reason"):
        found.append(_value_or_reason(bench))
    if bench.has("obs_status", "conf_status", "missing_reason"):
        found.extend(_status_codes(bench))
    if bench.has("value", "conf_status"):
        found.append(_confidential_values(bench))
    if any(kind in ("DOUBLE", "FLOAT") for kind in bench.types.values()):
        found.append(_finite(bench))
    if bench.has("unit"):
        found.append(_unit(bench))
        found.extend(_one_unit(bench))
    if _dataset_columns(bench):
        found.append(_datasets_named(bench))
    if any(kind == "VARCHAR" for kind in bench.types.values()):
        found.append(_readable_text(bench))
    return found


def inspections(bench: Bench) -> list[Inspection]:
    """Checks of the structure and of the sources that need no row."""
    return [_columns(bench), _sources(bench), _old_sources(bench)]


def _not_empty(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "shape.not_empty",
            "shape",
            "fail",
            Phrase("Das Produkt hat Zeilen", "The product has rows"),
            Phrase("vor einer leeren Veröffentlichung", "against publishing nothing"),
            DATA_ENGINEER,
            Phrase("die Datei enthält keine Zeile", "the file holds no row"),
            unit=Phrase("Datei", "file"),
        ),
        cases="select count(*) as row_count from candidate",
        broken="row_count = 0",
        built_in=(BuiltIn("ExpectTableRowCountToBeBetween", {"min_value": 1}),),
    )


def _grain_unique(bench: Bench) -> Rule:
    grain = quoted_list(bench.description.grain)
    names = bench.description.grain
    return Rule(
        Statement(
            "shape.grain_unique",
            "shape",
            "fail",
            Phrase(f"Eine Zeile je {', '.join(names)}", f"One row per {', '.join(names)}"),
            Phrase(
                "davor, dass Summen doppelt zählen und Verknüpfungen Zeilen vermehren",
                "against double counting in sums and joins",
            ),
            DATA_ENGINEER,
            Phrase("steht {copies}-mal im Produkt", "occurs {copies} times"),
            unit=Phrase("Schlüssel", "keys"),
            keys=names,
        ),
        cases=f"select {grain}, count(*) as copies from candidate group by {grain}",
        broken="copies > 1",
        order="copies desc",
        built_in=(_unique(names),),
    )


def _unique(names: tuple[str, ...]) -> BuiltIn:
    """No two rows agree in all these columns; that none of them is empty is a rule of its own."""
    if len(names) == 1:
        return BuiltIn("ExpectColumnValuesToBeUnique", {"column": names[0]})
    return BuiltIn("ExpectCompoundColumnsToBeUnique", {"column_list": list(names), "ignore_row_if": "never"})


def _keys_present(bench: Bench) -> Rule:
    wanted = dict.fromkeys(
        (*bench.description.grain, "area_code", "area_level", "reference_date", "period_key")
    )
    keys = [name for name in wanted if name in bench.types]
    missing = ", ".join(f"case when {quoted(name)} is null then '{name}' end" for name in keys)
    return Rule(
        Statement(
            "shape.keys_present",
            "shape",
            "fail",
            Phrase("Kein Schlüssel ist leer", "No key is empty"),
            Phrase(
                "davor, dass Zeilen keinem Gebiet, Stichtag oder Merkmal zuzuordnen sind",
                "against rows that belong to no area, date or characteristic",
            ),
            DATA_ENGINEER,
            Phrase("leer: {empty_keys}", "empty: {empty_keys}"),
            keys=bench.key_columns(),
        ),
        cases=f"""
            select {quoted_list(bench.key_columns())}, concat_ws(', ', {missing}) as empty_keys from candidate
        """,
        broken="empty_keys <> ''",
        built_in=tuple(_present(name) for name in keys),
    )


def _present(name: str) -> BuiltIn:
    return BuiltIn("ExpectColumnValuesToNotBeNull", {"column": name})


def _area_codes(bench: Bench) -> Rule:
    fits = " ".join(
        f"when area_level = {text_literal(level)} "
        f"then regexp_full_match(area_code, {text_literal(meaning.pattern)})"
        for level, meaning in read_vocabulary()["area_level"].items()
    )
    return Rule(
        Statement(
            "vocabulary.area_codes",
            "vocabulary",
            "fail",
            Phrase("Regionalschlüssel haben die Form ihrer Ebene", "Area codes have the form of their level"),
            Phrase(
                "vor verlorenen führenden Nullen und vertauschten Ebenen",
                "against lost leading zeros and mixed-up levels",
            ),
            DATA_ENGINEER,
            Phrase(
                "Schlüssel „{area_code}“ passt nicht zur Ebene {area_level}",
                "code “{area_code}” does not fit level {area_level}",
            ),
            unit=Phrase("Gebiete", "areas"),
            keys=("area_code", "area_level"),
        ),
        cases=f"""
            select area_code, area_level, coalesce(case {fits} end, false) as fits
            from (select distinct area_code, area_level from candidate)
        """,
        broken="not fits",
    )


def _reference_dates(bench: Bench) -> Rule:
    dates = bench.description.checks.dates
    last = bench.today + timedelta(days=366 * dates.years_ahead)
    until = min(dates.until, last) if dates.until else last
    return Rule(
        Statement(
            "vocabulary.reference_dates",
            "vocabulary",
            "fail",
            Phrase("Stichtage liegen im erwarteten Zeitraum", "Reference dates lie in the expected period"),
            Phrase("vor falsch gelesenen Jahren und Tagen", "against misread years and days"),
            DATA_ENGINEER,
            Phrase(
                "Stichtag {reference_date} liegt nicht zwischen {since} und {until} ({row_count} Zeilen)",
                "date {reference_date} is not between {since} and {until} ({row_count} rows)",
            ),
            unit=Phrase("Stichtage", "dates"),
            keys=("reference_date",),
        ),
        cases=f"""
            select reference_date, row_count, {bench.declared.day(dates.since)} as since,
                {bench.declared.day(until)} as until
            from (select reference_date, count(*) as row_count from candidate group by reference_date)
        """,
        broken="reference_date is null or reference_date < since or reference_date > until",
        built_in=(
            _present("reference_date"),
            BuiltIn(
                "ExpectColumnValuesToBeBetween",
                {"column": "reference_date", "min_value": dates.since, "max_value": until},
            ),
        ),
    )


def _value_or_reason(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "status.value_or_reason",
            "status",
            "fail",
            Phrase(
                "Wo ein Wert fehlt, steht ein Grund; wo er steht, keiner",
                "A missing value has a reason, a present one has none",
            ),
            Phrase(
                "davor, dass „unbekannt“ als 0 oder eine 0 als „unbekannt“ gelesen wird",
                "against unknown read as 0 and 0 read as unknown",
            ),
            DATA_ENGINEER,
            Phrase("Wert {value}, Grund „{missing_reason}“", "value {value}, reason “{missing_reason}”"),
            keys=bench.key_columns(),
        ),
        cases=f"select {quoted_list(bench.key_columns())}, value, missing_reason from candidate",
        broken="(value is null) = (coalesce(missing_reason, '') = 'none')",
    )


def _status_codes(bench: Bench) -> list[Rule]:
    """Each status stands in its code list, and a value is called missing exactly where a reason says why."""
    known = read_vocabulary()
    lists = {name: list(known[name]) for name in ("obs_status", "conf_status", "missing_reason")}
    keys = tuple(lists)
    combinations = (
        f"select {', '.join(keys)}, count(*) as row_count from candidate group by {', '.join(keys)}"
    )
    combination = Phrase(
        "obs_status {obs_status}, conf_status {conf_status}, missing_reason {missing_reason} "
        "({row_count} Zeilen)",
        "obs_status {obs_status}, conf_status {conf_status}, missing_reason {missing_reason} "
        "({row_count} rows)",
    )
    unit = Phrase("Kombinationen", "combinations")
    return [
        Rule(
            Statement(
                "status.codes",
                "status",
                "fail",
                Phrase("Statusangaben stehen in der Codeliste", "Status codes are in their code lists"),
                Phrase(
                    "davor, dass Programme einen unbekannten Status als gültigen Wert lesen",
                    "against programs taking an unknown status for a valid value",
                ),
                DATA_ENGINEER,
                combination,
                unit=unit,
                keys=keys,
            ),
            cases=combinations,
            broken=" or ".join(f"coalesce({name}, '') not in ({text_list(lists[name])})" for name in keys),
            built_in=tuple(
                one
                for name in keys
                for one in (
                    _present(name),
                    BuiltIn("ExpectColumnValuesToBeInSet", {"column": name, "value_set": lists[name]}),
                )
            ),
        ),
        Rule(
            Statement(
                "status.missing",
                "status",
                "fail",
                Phrase(
                    "„Fehlend“ (M) steht genau dort, wo ein Grund sagt, warum",
                    "Missing (M) stands exactly where a reason says why",
                ),
                Phrase(
                    "davor, dass ein Wert als vorhanden gilt, der fehlt, oder umgekehrt",
                    "against a missing value that counts as present, or the reverse",
                ),
                DATA_ENGINEER,
                combination,
                unit=unit,
                keys=keys,
            ),
            cases=combinations,
            broken="(obs_status = 'M') = (missing_reason = 'none')",
        ),
    ]


def _confidential_values(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "status.no_confidential_values",
            "status",
            "fail",
            Phrase("Geheime Werte sind leer", "Confidential values are empty"),
            Phrase(
                "die Geheimhaltung: was nicht veröffentlicht werden darf, steht in keiner Datei",
                "confidentiality: what must not be published is in no file",
            ),
            EXPORT,
            Phrase(
                "conf_status {conf_status}, aber ein Wert ist angegeben",
                "conf_status {conf_status}, yet a value is given",
            ),
            keys=bench.key_columns(),
        ),
        cases=f"""
            select {quoted_list(bench.key_columns())}, conf_status, value is not null as has_value
            from candidate
        """,
        broken="conf_status <> 'F' and has_value",
    )


def _finite(bench: Bench) -> Rule:
    floats = [name for name, kind in bench.types.items() if kind in ("DOUBLE", "FLOAT")]
    bad = ", ".join(
        f"case when isnan({quoted(name)}) or isinf({quoted(name)}) "
        f"then '{name} ' || cast({quoted(name)} as varchar) end"
        for name in floats
    )
    return Rule(
        Statement(
            "shape.finite_numbers",
            "shape",
            "fail",
            Phrase("Zahlen sind endliche Zahlen", "Numbers are finite"),
            Phrase(
                "vor NaN und Unendlich, die jede Summe und jede Karte verderben",
                "against NaN and infinity, which spoil every sum and map",
            ),
            DATA_ENGINEER,
            Phrase("{not_finite}", "{not_finite}"),
            keys=bench.key_columns(),
        ),
        cases=f"""
            select {quoted_list(bench.key_columns())}, concat_ws(', ', {bad}) as not_finite from candidate
        """,
        broken="not_finite <> ''",
    )


def _unit(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "shape.unit_present",
            "shape",
            "fail",
            Phrase("Jeder Wert hat eine Einheit", "Every value has a unit"),
            Phrase(
                "davor, dass Personen, Prozent und Euro verwechselt werden",
                "against mixing persons, per cent and euros",
            ),
            DATA_ENGINEER,
            Phrase("Einheit fehlt", "unit is missing"),
            keys=bench.key_columns(),
        ),
        cases=f"select {quoted_list(bench.key_columns())}, unit from candidate",
        broken="unit is null or trim(unit) = ''",
    )


def _one_unit(bench: Bench) -> list[Rule]:
    thing = next((name for name in ("indicator_id", "measure_code") if bench.has(name)), None)
    if thing is None:
        return []
    return [
        Rule(
            Statement(
                "shape.one_unit",
                "shape",
                "fail",
                Phrase(f"Eine Einheit je {thing}", f"One unit per {thing}"),
                Phrase(
                    "davor, dass eine Zeitreihe unbemerkt die Einheit wechselt",
                    "against a series that silently changes its unit",
                ),
                DATA_ENGINEER,
                Phrase("hat mehrere Einheiten: {units}", "has several units: {units}"),
                unit=Phrase("Merkmale", "measures"),
                keys=(thing,),
            ),
            cases=f"""
                select {quoted(thing)}, count(distinct unit) as unit_count,
                    array_to_string(list_sort(list(distinct unit)), ', ') as units
                from candidate group by {quoted(thing)}
            """,
            broken="unit_count > 1",
        )
    ]


def _dataset_columns(bench: Bench) -> list[str]:
    return [name for name in ("dataset_id", "numerator_dataset", "denominator_dataset") if bench.has(name)]


def _datasets_named(bench: Bench) -> Rule:
    named = bench.declared.texts(dataset.dataset_id for dataset in bench.description.datasets)
    used = " union all ".join(
        f"select {quoted(name)} as dataset_id from candidate where {quoted(name)} is not null"
        for name in _dataset_columns(bench)
    )
    # Several tables behind one figure are written with a blank, comma, semicolon or plus between them.
    return Rule(
        Statement(
            "sources.named",
            "sources",
            "fail",
            Phrase(
                "Jede verwendete Tabelle ist mit Lizenz und Quellenvermerk genannt",
                "Every table used is named with licence and attribution",
            ),
            Phrase("die Lizenzpflicht der Namensnennung", "the licence's duty of attribution"),
            DATA_ENGINEER,
            Phrase(
                "liefert {row_count} Zeilen, steht aber nicht bei den Quellen",
                "gives {row_count} rows, yet is not among the sources",
            ),
            unit=Phrase("Tabellen", "tables"),
            keys=("dataset_id",),
        ),
        cases=f"""
            select dataset_id, count(*) as row_count
            from (
                select unnest(regexp_split_to_array(dataset_id, '[ ,;+]+')) as dataset_id from ({used})
            )
            group by dataset_id
        """,
        broken=f"dataset_id not in {named}",
    )


def _readable_text(bench: Bench) -> Rule:
    texts = [name for name, kind in bench.types.items() if kind == "VARCHAR"]
    distinct = " union all ".join(
        f"select '{name}' as column_name, {quoted(name)} as content, count(*) as row_count "
        f"from candidate group by {quoted(name)}"
        for name in texts
    )
    return Rule(
        Statement(
            "shape.readable_text",
            "shape",
            "fail",
            Phrase("Texte sind lesbar, Umlaute heil", "Texts are readable, umlauts intact"),
            Phrase(
                "vor falsch gelesener Zeichenkodierung und Rändern aus Leerzeichen",
                "against wrongly read encodings and stray blanks",
            ),
            DATA_ENGINEER,
            Phrase("„{content}“", "“{content}”"),
            unit=Phrase("verschiedene Texte", "distinct texts"),
            keys=("column_name",),
            values=("content",),
        ),
        cases=distinct,
        broken=f"regexp_matches(content, '{_GARBLED}') or content <> trim(content)",
    )


def _columns(bench: Bench) -> Inspection:
    statement = Statement(
        "shape.columns",
        "shape",
        "fail",
        Phrase("Spalten und Typen sind die beschriebenen", "Columns and types are those described"),
        Phrase(
            "Programme, die sich auf Namen, Reihenfolge und Typ der Spalten verlassen",
            "programs that rely on names, order and types of the columns",
        ),
        DATA_ENGINEER,
        Phrase("{column_name}: {problem_de}", "{column_name}: {problem_en}"),
        unit=Phrase("Spalten", "columns"),
    )

    def run() -> Result:
        described = {column.name: column.type for column in bench.description.columns}
        rows: list[dict[str, Any]] = []

        def complain(name: str, de: str, en: str) -> None:
            rows.append({"column_name": name, "problem_de": de, "problem_en": en})

        for name in described.keys() - bench.types.keys():
            complain(name, "beschrieben, fehlt aber in der Datei", "described, but not in the file")
        for name in bench.types.keys() - described.keys():
            complain(name, "in der Datei, aber nicht beschrieben", "in the file, but not described")
        for name, kind in bench.types.items():
            wanted = described.get(name)
            if not _FLAT.match(kind):
                complain(name, f"Typ {kind} ist nicht flach", f"type {kind} is not flat")
            elif wanted and not _same_kind(wanted, kind):
                complain(name, f"Typ {kind}, beschrieben ist {wanted}", f"type {kind}, described as {wanted}")
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
                complain(
                    name,
                    "Name ist länger als 32 Zeichen oder nicht klein und ASCII",
                    "name is longer than 32 or not lower-case ASCII",
                )
        rows.sort(key=lambda row: str(row["column_name"]))
        if not rows and list(bench.types) != list(described):
            complain("*", "Reihenfolge weicht ab", "order differs")
        return Result(examined=len(described), failed=len(rows), rows=tuple(rows))

    return Inspection(statement, run)


def _same_kind(wanted: str, found: str) -> bool:
    def kind(name: str) -> str:
        upper = name.upper()
        return next((kind for kind, starts in _KINDS.items() if upper.startswith(starts)), upper)

    numeric = {"number", "integer"}
    return kind(wanted) == kind(found) or {kind(wanted), kind(found)} <= numeric


def _sources(bench: Bench) -> Inspection:
    statement = Statement(
        "sources.licensed",
        "sources",
        "fail",
        Phrase("Jede Quelle hat Lizenz und Quellenvermerk", "Every source has licence and attribution"),
        Phrase("die Lizenzpflicht der Namensnennung", "the licence's duty of attribution"),
        DECLARATION,
        Phrase("Quelle {dataset_id}: es fehlt {absent}", "source {dataset_id}: missing {absent}"),
        unit=Phrase("Quellen", "sources"),
        keys=(),
    )

    def run() -> Result:
        datasets = bench.description.datasets
        rows = []
        if not datasets:
            rows.append({"dataset_id": "–", "absent": "datasets"})
        for dataset in datasets:
            absent = [name for name in ("licence", "attribution", "publisher") if not getattr(dataset, name)]
            if absent:
                rows.append({"dataset_id": dataset.dataset_id, "absent": ", ".join(absent)})
        return Result(examined=len(datasets), failed=len(rows), rows=tuple(rows))

    return Inspection(statement, run)


def _old_sources(bench: Bench) -> Inspection:
    statement = Statement(
        "sources.current",
        "sources",
        "warn",
        Phrase("Keine Quelle ist veraltet", "No source is out of date"),
        Phrase(
            "davor, dass alte Zahlen für neue gehalten werden",
            "against old figures being taken for new ones",
        ),
        PUBLISHER,
        Phrase(
            "{dataset_id} {title_de}: es gilt weiter der Stand {published_at}. {note}",
            "{dataset_id} {title_de}: the state of {published_at} still holds. {note}",
        ),
        unit=Phrase("Quellen", "sources"),
        keys=(),
    )

    def run() -> Result:
        datasets = bench.description.datasets
        rows = tuple(
            {
                "dataset_id": dataset.dataset_id,
                "title_de": dataset.title_de or "",
                "published_at": (dataset.published_at or dataset.retrieved_at or "?")[:10],
                "note": dataset.note or "",
            }
            for dataset in datasets
            if dataset.is_old
        )
        return Result(examined=len(datasets), warned=len(rows), rows=rows)

    return Inspection(statement, run)
