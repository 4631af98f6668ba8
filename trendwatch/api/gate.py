"""What every request passes before a route sees it: number, form, origin, key, size; and what catches bugs.

It stands around the routes, not in them, so that a new route cannot forget it.
"""

from __future__ import annotations

import secrets
import traceback
from urllib.parse import SplitResult, urlsplit

import structlog
from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trendwatch.api.keys import CHALLENGE, admits, is_open, is_signed
from trendwatch.api.problems import Problem, answer, problem_of, unexpected
from trendwatch.config.addresses import is_local
from trendwatch.errors import TrendwatchError
from trendwatch.web.parts import Parts

_log = structlog.get_logger()

#: A feed is a few hundred bytes; nothing we take is larger than this.
MAX_BODY = 1024 * 1024
_FOREIGN_NAME = (
    "Without a key this service answers to names of this machine only. Send a key (trendwatch keys add NAME "
    "makes one), and set serve.base_url to the name that links shall have."
)
#: What proxies add: whoever asked them is somewhere else, whatever name they ask us by.
_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_BROKE_OFF = Problem(status=400, detail="The body broke off before its end; send it again.")
_READS = {"GET", "HEAD", "OPTIONS"}


class Gate:
    """Lets through what may be answered, and answers for what breaks inside."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI wants it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["id"] = request_id
        started = False

        async def numbered(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            refused = await self._refusal(scope) or await _buffered(scope, receive)
            if isinstance(refused, Problem):
                response = answer(refused, path=scope["path"], request_id=request_id)
                await response(scope, receive, numbered)
            else:
                await self._app(scope, refused, numbered)
        except Exception as error:
            # As text: pretty tracebacks show the values of variables, and among them may be a key.
            trace = "".join(traceback.format_exception(error))
            _log.error("request.broke", request_id=request_id, path=scope["path"], trace=trace)
            if started:
                raise
            await answer(unexpected(), path=scope["path"], request_id=request_id)(scope, receive, numbered)

    async def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        if _holds_nul(scope):
            return Problem(status=422, detail="The address holds a NUL character; leave it out.")
        changes = scope["method"] not in _READS and not is_signed(scope["path"])
        if changes and not _same_origin(headers):
            return Problem(status=403, detail="Changes are taken from our own pages and from programs only.")
        if is_open(scope["path"]):
            return None
        try:
            return await run_sync(unadmitted, self._parts, headers)
        except TrendwatchError as error:
            return problem_of(error)


def unadmitted(parts: Parts, headers: Headers) -> Problem | None:
    """Return why a request may not pass, None where it may; asks the store.

    Raises:
        StorageUnavailable: the store cannot be asked now.
        ConfigError: there was no configuration yet that could be read.
    """
    name = _parts_of(f"//{headers.get('host', '')}").hostname or ""
    serve = parts.config().settings.serve
    known = is_local(name) or (name != "" and name == _parts_of(serve.base_url).hostname)
    # The address listened on says nothing of who asks: a proxy in front of it brings everybody.
    asks_none = serve.without_key or not (serve.is_public or any(one in headers for one in _OF_PROXIES))
    if parts.open_to_all and known and asks_none:
        return None
    if admits(parts.store, headers.get("authorization", "")):
        return None
    if parts.open_to_all and not known:
        # A page elsewhere may let a name of its own lead to this machine and read what is here.
        return Problem(status=403, detail=_FOREIGN_NAME)
    detail = "Send a key: Authorization: Bearer tw_... (trendwatch keys add NAME makes one)."
    return Problem(status=401, detail=detail, headers={"WWW-Authenticate": CHALLENGE})


def _parts_of(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _holds_nul(scope: Scope) -> bool:
    """Return whether an address holds what no database keeps as text."""
    return "\0" in scope["path"] or b"%00" in scope.get("query_string", b"")


def _same_origin(headers: Headers) -> bool:
    """Return whether a change comes from our own pages; programs send no Origin."""
    origin = headers.get("origin")
    return origin is None or _parts_of(origin).netloc == headers.get("host", "")


async def _buffered(scope: Scope, receive: Receive) -> Receive | Problem:
    """Return a source that repeats the body, or what is wrong with it: it is small and whole, or refused.

    A form that broke off in the middle reads like one in which nothing further was ticked.
    """
    if scope["method"] in _READS:
        return receive
    length = Headers(scope=scope).get("content-length", "")
    body = b""
    more = True
    while more and len(body) <= MAX_BODY and not (length.isdecimal() and int(length[:20]) > MAX_BODY):
        message = await receive()
        if message["type"] == "http.disconnect":
            return _BROKE_OFF  # nobody listens any more; said for whoever stands between
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if more or len(body) > MAX_BODY:
        return Problem(status=413, detail="The body is larger than 1 MiB; nothing we take is.")
    if length.isdecimal() and len(body) < int(length[:20]):
        return _BROKE_OFF
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
