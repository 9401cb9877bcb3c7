"""The bench a candidate is laid on: one in-memory DuckDB with the files as views, for rules to ask.

Views: `candidate_file` (the candidate's Parquet), `previous` (the Parquet of the release before), `areas`
(the register), `deliveries` and `previous_lineage` (what was withdrawn, see `withdrawals`), `lineage_file`
(the cells that rows are made from, see `cells`) and `answered` (marked cells that were looked at, see
`plausibility`), all but the first only when they were handed in. The database has a name of its own so that
Great Expectations, which opens connections itself, sees the same views; it is gone when the bench is left.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations import known
from expectations.declared import Declared
from expectations.settings import Description
from sources.foundation.exits import REFUSED
from sources.foundation.sql import insert

CANDIDATE_VIEW = "candidate_file"
LINEAGE_VIEW = "lineage_file"

_numbers = itertools.count(1)


class UnreadableFile(ValueError):
    """A Parquet file that is absent or cannot be read; names the file and the reason."""

    exit_code = REFUSED


@dataclass(frozen=True)
class Bench:
    """What rules are built from: connection, description, declared values, and what is at hand.

    `types` and `previous_types` map column names to DuckDB type names in file order; `previous_types` is None
    without a previous release, whose folder is `previous`. `today` is the day of the check.
    """

    connection: duckdb.DuckDBPyConnection
    database: str
    folder: Path
    description: Description
    declared: Declared
    today: date
    types: dict[str, str]
    previous_types: dict[str, str] | None
    has_areas: bool
    parquet: Path
    previous: Path | None
    has_lineage: bool = False
    has_answered: bool = False
    has_deliveries: bool = False
    has_previous_lineage: bool = False
    remembered: int = 0

    def has(self, *columns: str) -> bool:
        """True when the candidate has all these columns."""
        return all(column in self.types for column in columns)

    def key_columns(self) -> tuple[str, ...]:
        """Columns that name a row to a reader: the grain with area and date spelt out where they exist."""
        spelt = [name for name in ("area_code", "area_name", "reference_date") if name in self.types]
        return tuple(dict.fromkeys((*self.description.grain, *spelt)))


@contextlib.contextmanager
def laid_out(
    folder: Path,
    description: Description,
    previous: Path | None,
    areas: Path | None,
    today: date,
    lineage: Path | None = None,
    office: Path | None = None,
    answered: Path | None = None,
    deliveries: Path | None = None,
    previous_lineage: Path | None = None,
) -> Iterator[Bench]:
    """Open the bench over a candidate's folder.

    `office` is the folder of the findings that the office knows (see `known`).

    Raises:
        UnreadableFile: a Parquet that cannot be read.
        DeclarationError: a file of known findings that cannot be read.
    """
    remembered = known.known_findings(description.product, office)
    database = f":memory:planstat_gate_{next(_numbers)}"
    name = f"{description.product}.parquet"
    with duckdb.connect(database, config={"custom_user_agent": _user_agent()}) as connection:
        types = _view(connection, folder / name, CANDIDATE_VIEW)
        previous_types = None
        if previous is not None:
            previous_types = _view(connection, previous / name, "previous")
        if areas is not None:
            _view(connection, areas, "areas")
        if lineage is not None:
            _view(connection, lineage, LINEAGE_VIEW)
        if answered is not None:
            _view(connection, answered, "answered")
        if deliveries is not None:
            _view(connection, deliveries, "deliveries")
        if previous_lineage is not None:
            _view(connection, previous_lineage, "previous_lineage")
        _declare_codes(connection, description)
        known.lay_out(connection, remembered)
        yield Bench(
            connection=connection,
            database=database,
            folder=folder,
            description=description,
            declared=Declared(connection),
            today=today,
            types=types,
            previous_types=previous_types,
            has_areas=areas is not None,
            parquet=folder / name,
            previous=previous,
            has_lineage=lineage is not None,
            has_answered=answered is not None,
            has_deliveries=deliveries is not None,
            has_previous_lineage=previous_lineage is not None,
            remembered=len(remembered),
        )


def _declare_codes(connection: duckdb.DuckDBPyConnection, description: Description) -> None:
    """Create `declared_codes`: what each code of each column means, and where it means that."""
    connection.execute(
        "create table declared_codes (column_name varchar, scope varchar, code varchar, label_de varchar, "
        "label_en varchar, digits integer)"
    )
    rows = [
        (column.name, one.scope, one.code, one.label_de, one.label_en, one.digits)
        for column in description.columns
        for one in column.codes
    ]
    insert(connection, "declared_codes", rows)


def _user_agent() -> str:
    """The name duckdb-engine gives itself: all connections to one database must have the same settings."""
    version = importlib.metadata.version
    return f"duckdb_engine/{version('duckdb-engine')}(sqlalchemy/{version('sqlalchemy')})"


def _view(connection: duckdb.DuckDBPyConnection, path: Path, view: str) -> dict[str, str]:
    if not path.is_file():
        raise UnreadableFile(f"{path}: there is no such file; write the candidate first")
    try:
        relation = connection.read_parquet(str(path))
        relation.create_view(view)
        return dict(zip(relation.columns, map(str, relation.types), strict=True))
    except duckdb.Error as error:
        raise UnreadableFile(f"{path}: cannot be read as Parquet: {error}") from error
