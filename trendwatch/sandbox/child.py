"""What runs in the children."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import connection
from typing import Any

from trendwatch.types.news import Document

#: Exit code of a child without memory.
STARVED = 77

_MEGABYTE = 1024 * 1024
_STACK = 256 * 1024  # of the watching thread: a default stack would take address space from the parser


def limit(memory_mb: int) -> None:
    """Limit this child's memory and let it end with its parent."""
    import resource

    threading.stack_size(_STACK)
    threading.Thread(target=_end_with_parent, name="sandbox-watch", daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MEGABYTE, memory_mb * _MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # what was loaded is not looked through again and again


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)


def parse_all(
    documents: list[Document], cpu_seconds: int, read: Callable[[Document], Any] | None
) -> list[Any]:
    """Parse documents, each with its own allowance of processor time."""
    return [_parse(document, cpu_seconds, read) for document in documents]


def _parse(document: Document, cpu_seconds: int, read: Callable[[Document], Any] | None) -> Any:
    import resource

    from trendwatch.news.parse import parse

    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = round(usage.ru_utime + usage.ru_stime)  # the kernel counts whole seconds
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, most))
    try:
        return (read or parse)(document)
    except MemoryError:
        os._exit(STARVED)
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
