"""dbt drops the events that nobody reads, and only these."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import io, json
from dbt.events.types import MarkSkippedChildren
from dbt_common.events import event_manager
from dbt_common.events.base_types import EventLevel
from dbt_common.events.logger import LineFormat, LoggerConfig
from dbt_common.events.types import Note
from orchestration.speed.events import without_unread_events

without_unread_events()
worded, written, heard = [], io.StringIO(), []
put_into_words = event_manager.msg_from_base_event
event_manager.msg_from_base_event = lambda e, level: worded.append(1) or put_into_words(e, level)
manager = event_manager.EventManager()
manager.add_logger(LoggerConfig(
    name="x", level=EventLevel("LEVEL"), output_stream=written, line_format=LineFormat.PlainText))
if HEARD:
    manager.add_callback(heard.append)
manager.fire_event(Note(msg="quiet"), EventLevel.DEBUG)
manager.fire_event(MarkSkippedChildren(unique_id="x", status="quiet", run_result=None))
manager.fire_event(Note(msg="loud"), EventLevel.INFO)
lines = written.getvalue()
print(json.dumps([lines.count("quiet"), lines.count("loud"), len(heard), len(worded)]))
"""


@pytest.mark.parametrize(
    ("level", "heard", "plain", "found"),
    [
        ("info", False, "", [0, 1, 0, 1]),
        ("info", False, "events", [0, 1, 0, 3]),
        ("debug", False, "", [2, 1, 0, 3]),
        ("info", True, "", [0, 1, 3, 3]),
    ],
)
def test_what_is_read_is_written(level: str, heard: bool, plain: str, found: list[int]) -> None:
    """Counts of quiet and loud lines, of events that somebody else takes, and of those put into words."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("LEVEL", level).replace("HEARD", str(heard))],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PLANSTAT_PLAIN": plain},
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == found
