"""One event per outcome, as text for people or JSON for machines, on standard error."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def set_up_logging(*, level: str, as_json: bool) -> None:
    """Choose what is logged, and how."""
    # A tick that lasts longer than the pause between ticks is no news: the next one follows it.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        # stderr is looked up at each event: a test or a daemon may have replaced it
        logger_factory=lambda *_args: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
