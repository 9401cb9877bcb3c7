"""dbt's events that nobody reads are not put into words."""

from __future__ import annotations

from typing import Any

from . import is_plain


def without_unread_events() -> None:
    """Let dbt drop events of level debug while none of its loggers and nobody else takes them.

    A build of the sample fires some 5,500, of which 260 are written anywhere; dbt turns each into a message
    of Protocol Buffers before it looks whether a logger wants it.
    """
    if is_plain("events"):
        return
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager

    fire = EventManager.fire_event
    unread = (EventLevel.DEBUG, EventLevel.TEST)

    def fire_read(
        self: EventManager, e: BaseEvent, level: EventLevel | None = None, *more: Any, **named: Any
    ) -> None:
        is_read = self.callbacks or any(logger.level in unread for logger in self.loggers)
        if is_read or (level or e.level_tag()) not in unread:
            fire(self, e, level, *more, **named)

    EventManager.fire_event = fire_read  # type: ignore[method-assign]
