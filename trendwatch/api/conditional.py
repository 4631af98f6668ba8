"""What every answer carries: an ETag with 304 for what has not changed, and the headers browsers obey.

The tag is weak and made of the body, so an answer that reads the same has the same tag on every worker. A
HEAD is a GET without its body. Answers are small and whole before they are sent.
"""

from __future__ import annotations

from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Pages need no script, no frame, no plug-in and nothing from elsewhere.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Nothing is said to other sites; to ourselves it is, or browsers send our own forms with "Origin: null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OK, _NOT_MODIFIED = 200, 304
_KEPT_ON_304 = {b"etag", b"cache-control", b"vary", b"x-request-id", b"content-security-policy"}


class Conditional:
    """Answers from what the caller has, where that is still right."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI wants it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET"}
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await _send(scope, start, bytes(body), send=send, head=head)

        await self._app(scope, receive, collect)


async def _send(scope: Scope, start: Message, body: bytes, *, send: Send, head: bool) -> None:
    headers = MutableHeaders(scope=start)
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("Cache-Control", "private, no-cache" if start["status"] == _OK else "no-store")
    if scope["method"] == "GET" and start["status"] == _OK and "no-store" not in headers["Cache-Control"]:
        headers.setdefault("ETag", f'W/"{blake2b(body, digest_size=12).hexdigest()}"')
        if _has_it(Headers(scope=scope).get("if-none-match", ""), headers["ETag"]):
            kept = [pair for pair in start["headers"] if pair[0].lower() in _KEPT_ON_304]
            start, body = {**start, "status": _NOT_MODIFIED, "headers": kept}, b""
    await send(start)
    await send({"type": "http.response.body", "body": b"" if head else body})


def _has_it(asked: str, tag: str) -> bool:
    """Return whether a caller's tags name this one; weak comparison, as a GET may."""
    tags = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
