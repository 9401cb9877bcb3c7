"""Cases put into the drop folder, landed by Dagster as the sensor would have it: nothing of them is kept.

Every byte below the data root is searched: landing, quarantine, Dagster's storage, logs, messages; packed
files are unpacked. Temporary files are searched too.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from orchestration.cli.progress import SOURCE_TROUBLE, Watcher
from orchestration.cli.running import prepare_instance
from orchestration.defs.landing import build_landing
from orchestration.defs.run import Run
from orchestration.resources import Paths, Settings
from sources.declared.catalogue import load_catalog
from sources.forms import blank
from sources.twins.musterstadt import CASE_FORMS, Musterstadt, write_cases
from tests.sources.readers.test_cases import kept_anywhere, places_of

KEYS = "PS-"


def run_drop_folder(settings: Settings) -> Watcher:
    """The landing step of the main job over the inbox, with Dagster's storage in the data root."""
    watcher = Watcher(lambda kind, text: print(kind, text))
    settings.paths.logs.mkdir(parents=True, exist_ok=True)
    with (
        (settings.paths.logs / "run.log").open("a", encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
        settings.environment(),
        dg.DagsterInstance.from_config(str(prepare_instance(settings))) as instance,
    ):
        run_id = make_new_run_id()
        instance.add_event_listener(run_id, watcher.take)
        defs = dg.Definitions(assets=[build_landing()], resources={"run": Run(origin="drop")})
        job = defs.resolve_implicit_global_asset_job_def()
        job.execute_in_process(instance=instance, run_id=run_id, raise_on_error=False)
    return watcher


def rest(folder: Path) -> None:
    """Files that were written a while ago."""
    then = time.time() - 60
    for file in folder.iterdir():
        os.utime(file, (then, then))


def test_nothing_of_a_case_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    settings = Settings(Paths(tmp_path / "root"), tmp_path)
    inbox = settings.paths.inbox
    catalog = load_catalog()
    good = write_cases(inbox, catalog=catalog, as_csv=True)
    good.pop().unlink()  # the last as a workbook instead
    good.append(inbox / f"{CASE_FORMS[2]}-mappe.xlsx")
    lines = Musterstadt().case_lines(catalog, CASE_FORMS[2])
    good[-1].write_bytes(blank.workbook(catalog, catalog[CASE_FORMS[2]], lines, cases=True))
    assert all(places_of(file.read_bytes(), KEYS) for file in good), "the search finds what is there"
    wrong = [
        f"{KEYS}BROKEN",
        "2025",
        "990010000101",
        "§ 33 Vollzeitpflege",
        "vier",
        "weiblich",
        "ja",
        *["nein"] * 3,
    ]
    name, broken = CASE_FORMS[0], inbox / f"{CASE_FORMS[0]}-kaputt.xlsx"
    broken.write_bytes(blank.workbook(catalog, catalog[name], [wrong], cases=True))
    nameless = inbox / "Liste-Meier.csv"
    nameless.write_bytes(
        blank.csv_text(catalog, catalog[name], [wrong], cases=True).replace(b"Fall", b"Akten")
    )
    rest(inbox)
    before = broken.read_bytes()

    outcome = run_drop_folder(settings).outcome
    assert outcome.datasets[name][0] == "set aside"
    assert outcome.datasets[CASE_FORMS[1]][0] == "landed"
    assert len(outcome.left_out) == 1
    assert outcome.exit_code == SOURCE_TROUBLE
    for file in good:
        assert not file.exists()
        assert "Cases were counted" in (inbox / f"{file.name}.angenommen.txt").read_text("utf-8-sig")
    message = (inbox / f"{broken.name}.abgelehnt.txt").read_text("utf-8-sig")
    assert "Zelle E2" in message
    assert "vier" not in message
    assert broken.read_bytes() == before
    cells = settings.paths.landing.glob("kommune/*/snapshot=2*/cells.parquet")
    assert len(list(cells)) == len(good)
    assert set(kept_anywhere(settings.paths.root, KEYS)) == {broken, nameless}, "they stay, and nothing else"
    assert kept_anywhere(scratch, KEYS) == []
