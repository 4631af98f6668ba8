"""What a server's response means for a feed."""

from __future__ import annotations

from dataclasses import replace

from trendwatch.net.client import Response
from trendwatch.net.headers import fresh_for, retry_after, validator
from trendwatch.types.identity import server_of
from trendwatch.types.news import Answer, Document, Failure, NotModified, PollFailure, Request
from trendwatch.types.work import Clock

_OK, _NOT_MODIFIED, _TOO_MANY = 200, 304, 429
_FAILURES = {
    202: Failure.NOT_READY,
    204: Failure.NO_CONTENT,
    206: Failure.PARTIAL_CONTENT,
    304: Failure.SENSELESS_304,
    401: Failure.LOGIN_NEEDED,
    403: Failure.REFUSED,
    404: Failure.NOT_THERE,
    410: Failure.GONE,
    429: Failure.RATE_LIMITED,
    503: Failure.RATE_LIMITED,
}


def conditions(request: Request) -> dict[str, str]:
    """Return the headers that ask for changes only."""
    headers = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {name: text for name, text in headers.items() if text}


def answer_of(request: Request, response: Response, clock: Clock | None) -> Answer:
    """Return what a response means for the feed."""
    headers = response.headers
    milliseconds = round(1000 * response.seconds)
    if response.status != _OK and not (response.status == _NOT_MODIFIED and conditions(request)):
        return replace(_failure(response, clock), milliseconds=milliseconds)
    etag, last_modified = validator(headers, "etag"), validator(headers, "last-modified")
    fresh = fresh_for(headers, clock)
    if response.status == _NOT_MODIFIED:
        return NotModified(
            etag=etag,
            last_modified=last_modified,
            max_age=fresh,
            moved_to=response.moved_to,
            milliseconds=milliseconds,
        )
    return Document(
        url=response.url,
        body=response.body,
        content_type=headers.get("content-type", ""),
        etag=etag,
        last_modified=last_modified,
        max_age=fresh,
        moved_to=response.moved_to,
        milliseconds=milliseconds,
    )


def _failure(response: Response, clock: Clock | None) -> PollFailure:
    """Return what any other status means. Who says 429, or how long to wait, means the whole server."""
    status = response.status
    failure = _FAILURES.get(status, Failure.UNEXPECTED_STATUS)
    if status not in _FAILURES and status // 100 == 5:  # noqa: PLR2004 - the 5xx
        failure = Failure.SERVER_ERROR
    wait = retry_after(response.headers, clock)
    all_of_it = failure is Failure.RATE_LIMITED and (status == _TOO_MANY or wait is not None)
    return PollFailure(
        failure=failure,
        detail=f"{response.url} answered {status}",
        retry_after=wait,
        resting=server_of(response.url) if all_of_it else "",
    )
