"""A sentence above every page, such as that the news is simulated.

Set for a whole application, so no page can forget it: a context variable carries it from the door to the
template, through the threads that routes run in.
"""

from __future__ import annotations

from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

_text: ContextVar[str] = ContextVar("banner", default="")


def banner() -> str:
    """Return the sentence, "" for none."""
    return _text.get()


class Banner:
    """Puts a sentence above all pages of an application."""

    def __init__(self, app: ASGIApp, *, text: str) -> None:
        self._app = app
        self._shown = text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the sentence set."""
        token = _text.set(self._shown)
        try:
            await self._app(scope, receive, send)
        finally:
            _text.reset(token)
