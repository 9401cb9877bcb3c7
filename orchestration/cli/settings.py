"""The settings of a process: variables of the environment, each with what it is for.

`docs/settings.md` is this list: `python -m orchestration.cli.settings` writes it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.fetch.credentials import variable_prefix
from sources.fetch.genesis import INSTANCES

from .stating import State

if TYPE_CHECKING:
    from rich.console import Console

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


@dataclass(frozen=True)
class Setting:
    """A variable, what it is for, what holds without it, and whether its value must not be shown."""

    name: str
    what: str
    without: str
    secret: bool = False


HERE = (
    Setting("PLANSTAT_DATA", "the data root: everything lies below it", "`.data`; the sample: `.sample`"),
    Setting(
        "PLANSTAT_RELEASES", "where public releases lie, readable by everybody", "`releases` in the root"
    ),
    Setting("PLANSTAT_OFFICE_KEY", "file of the key that signs receipts and history", "nothing is signed"),
    Setting("PLANSTAT_OFFICE_SSH_KEY", "file of the SSH key that signs releases", "no such signature"),
    Setting(
        "PLANSTAT_DISCLOSURE_SECRET", "what the choice of hidden cells is drawn from", "made at first", True
    ),
    Setting(
        "PLANSTAT_KOMMONITOR_SECRET",
        "secret of the client in Keycloak that `planstat push kommonitor` sends as",
        "nothing can be sent to KomMonitor",
        True,
    ),
    Setting(
        "PLANSTAT_POSTGRES",
        "connection string of the database that `planstat push postgres` loads (`host=… dbname=… user=…`)",
        "nothing can be loaded into a database",
        True,
    ),
    Setting("PLANSTAT_DBT_PROJECT", "folder of another dbt project", "the one that comes with planstat"),
    Setting(
        "PLANSTAT_INDICATORS", "folder of an office's own indicators", "only those that come with planstat"
    ),
    Setting(
        "PLANSTAT_PLAIN", "do without what only makes runs faster (`1`, or names of it)", "all of it is used"
    ),
    Setting(
        "PLANSTAT_MIRROR",
        "mirror of publishers for closed networks: `https://host/path` is fetched from `<mirror>/host/path`",
        "publishers are asked themselves",
    ),
)


def settings_known() -> tuple[Setting, ...]:
    """Every setting: of the place, then of each publisher's web service."""
    found = list(HERE)
    for instance in INSTANCES.values():
        prefix = variable_prefix(instance.id)
        found += [
            Setting(f"{prefix}_BASE", f"address of the web service of {instance.id}", instance.base),
            Setting(f"{prefix}_TOKEN", f"token for {instance.id}", "user and password are used", True),
            Setting(f"{prefix}_USERNAME", f"user at {instance.id}", "the token is used", True),
            Setting(f"{prefix}_PASSWORD", f"password at {instance.id}", "the token is used", True),
        ]
    return tuple(found)


def settings_of(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All settings and what holds for each here; of a secret only whether it is set."""
    values = os.environ if environ is None else environ
    return {
        "settings": [
            {
                **asdict(one),
                "is_set": bool(values.get(one.name)),
                "value": None if one.secret else values.get(one.name) or None,
            }
            for one in settings_known()
        ]
    }


def print_settings(state: State, console: Console) -> None:
    """Print what `settings_of` found."""
    from .display import plain_table

    table = plain_table("setting", "here", "what for")
    for one in state["settings"]:
        without = f"not set: {one['without']}"
        shown = "set, not shown" if one["is_set"] and one["secret"] else one["value"] or without
        table.add_row(one["name"], shown, one["what"])
    console.print(table)


def page() -> str:
    """The page of the documentation."""
    rows = [f"| `{one.name}` | {one.what} | {one.without} |" for one in settings_known()]
    return (
        "# Settings\n\n"
        "All settings are variables of the environment. `planstat settings` shows which are set here;\n"
        "secrets are not shown.\n\n"
        "User and password of a web service win over a token, because a token cannot start jobs\n"
        "everywhere. Proxy and certificates come from the environment as usual (`HTTPS_PROXY`,\n"
        "`REQUESTS_CA_BUNDLE`). A run tries all declared ways of a dataset in order, those without a\n"
        "login first, and does not ask a host again that gave no answer; `planstat run --live --only\n"
        "DATASET` fetches one dataset.\n\n"
        "| setting | what for | without it |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
