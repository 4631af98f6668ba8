"""What a caller is told when something goes wrong: problem+json for programs, a page for people (RFC 9457).

Neither holds a trace, a path, SQL or a secret; the request id leads to the log, which has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from trendwatch.api.keys import is_signed
from trendwatch.errors import (
    AlreadyThere,
    ConfigError,
    InputError,
    InUse,
    LeaseLost,
    NotFound,
    SchemaTooNew,
    StandsInFile,
    StorageUnavailable,
    TrendwatchError,
)
from trendwatch.web.errors import error_page
from trendwatch.web.looks import MAIL

_log = structlog.get_logger()

API = "/api/"
MEDIA_TYPE = "application/problem+json"
#: A store that is busy or restarting is usually back by then.
RETRY_SECONDS = "5"

_TITLES = {
    400: "The request is not whole",
    401: "A key is needed",
    403: "Refused",
    404: "Not found",
    405: "Not possible here",
    409: "Not possible now",
    410: "Gone",
    413: "Too large",
    422: "Something in the request is wrong",
    500: "Something went wrong here",
    503: "The database cannot be used now",
}
_OWN_WORDS = {
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; /docs lists what it takes.",
}
_STATUS: tuple[tuple[type[TrendwatchError], int], ...] = (
    (NotFound, 404),
    (AlreadyThere, 409),
    (StandsInFile, 409),
    (ConfigError, 422),
    (InputError, 422),
    (LeaseLost, 409),
    (InUse, 409),
    (StorageUnavailable, 503),
    (SchemaTooNew, 503),
)
#: "name must not be empty", "size: must be 1 or more"
_NAMED = re.compile(r"([a-z][a-z_]+)(?:: | (?=must ))(.+)", re.DOTALL)
_TIME = "must be a time such as 2025-01-01T00:00:00Z, or a day such as 2025-01-01"
_KINDS = {
    "timezone_aware": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "extra_forbidden": "there is no such value; leave it out",
    "missing": "must be given",
}
_UNAVAILABLE = "The database is busy or cannot be reached. Nothing was lost; try again in a few seconds."
_UNKNOWN = "This is a mistake in trendwatch, not in your request. The log has it under the request id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, ready to be said in either form."""

    status: int
    detail: str
    #: what is wrong at each place of the request: where, message
    errors: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] | None = None

    @property
    def title(self) -> str:
        """Return the same few words for the same kind of problem."""
        return _TITLES.get(self.status, "The request was refused")


def answer(problem: Problem, *, path: str, request_id: str) -> Response:
    """Return a problem as whoever asks can read it."""
    headers = dict(problem.headers or {})
    if not path.startswith(API):
        here = MAIL if is_signed(path) else ""
        lines = tuple(f"{where}: {message}" for where, message in problem.errors)
        return error_page(
            problem.status,
            problem.title,
            problem.detail,
            lines=lines,
            request_id=request_id,
            headers=headers,
            here=here,
        )
    content: dict[str, object] = {
        "type": f"/about#problem-{problem.status}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.errors:
        content["errors"] = [{"where": where, "message": message} for where, message in problem.errors]
    return JSONResponse(content, problem.status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make an application translate every error it expects."""
    app.add_exception_handler(TrendwatchError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


def unexpected() -> Problem:
    """Return what is said of a bug."""
    return Problem(status=500, detail=_UNKNOWN)


def problem_of(error: TrendwatchError) -> Problem:
    """Return what is said of an error; 500 for those a caller cannot help."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status == 503:  # noqa: PLR2004 - the message names hosts and files
        return Problem(status=503, detail=_UNAVAILABLE, headers={"Retry-After": RETRY_SECONDS})
    if status == 500:  # noqa: PLR2004
        return unexpected()
    # A place in a file is the operator's: it stands in health and log.
    detail = error.message if isinstance(error, ConfigError) else str(error)
    errors = tuple(_places(detail)) if status == 422 else ()  # noqa: PLR2004
    return Problem(status=status, detail=detail, errors=errors)


def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TrendwatchError)
    problem = problem_of(error)
    if problem.status >= 500:  # noqa: PLR2004
        _log.error("request.failed", request_id=request.state.id, path=request.url.path, error=str(error))
    return _answer(request, problem)


def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # What was sent is not repeated: it may be a secret, or not be text at all.
    errors = tuple((_where(one["loc"]), _said(str(one["type"]), str(one["msg"]))) for one in error.errors())
    detail = "; ".join(f"{where}: {message}" for where, message in errors[:3])
    return _answer(request, Problem(status=422, detail=detail, errors=errors))


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # noqa: PLR2004 - FastAPI's word for a body nested too deep or not UTF-8
        return _answer(request, Problem(status=422, detail="The body cannot be read as JSON."))
    said = str(error.detail)
    standard = error.status_code in _OWN_WORDS and said in {"Not Found", "Method Not Allowed"}
    detail = _OWN_WORDS[error.status_code] if standard else said
    return _answer(request, Problem(status=error.status_code, detail=detail, headers=error.headers))


def _answer(request: Request, problem: Problem) -> Response:
    return answer(problem, path=request.url.path, request_id=request.state.id)


def _where(place: tuple[object, ...]) -> str:
    """Return "limit" or "sectors.0": where in the query or the body."""
    text = ".".join(str(part) for part in place[1:]) or str(place[0])
    return text.encode("utf-8", "replace").decode()[:100]


def _places(detail: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each value that a complaint names: "size: must be 1 or more"."""
    for complaint in detail.split("; "):
        if found := _NAMED.match(complaint):
            yield found[1], found[2]


def _said(kind: str, message: str) -> str:
    """Return a complaint in our words, not in those of the library that found it."""
    return _KINDS.get(kind, message.removeprefix("Value error, "))
