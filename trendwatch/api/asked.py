"""What a request may ask: times, weeks, labels and limits, checked once for all routes.

A parameter nobody knows is refused: a typing error in ``labl=`` must not answer with everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import HTTPException, Path, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from trendwatch.config import Config
from trendwatch.config.hints import did_you_mean
from trendwatch.config.taxonomy import Known
from trendwatch.errors import InputError
from trendwatch.store import Store
from trendwatch.store.termuses import parted
from trendwatch.trends.series import counted_key
from trendwatch.types.places import TREND_PLACE
from trendwatch.types.weeks import parse_week, week_name, week_number

#: A row number: what SQLite and PostgreSQL can compare.
_LARGEST = 2**63 - 1
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def only_known(request: Request) -> None:
    """Refuse query parameters that a route does not know."""
    route = request.scope["route"]
    known = [field.alias for field in route.dependant.query_params]
    for name in request.query_params:
        if name not in known:
            asked = name.encode("utf-8", "replace").decode()[:50]
            offered = f"; there are {', '.join(known)}" if known else "; there are none here"
            hint = did_you_mean(asked, known) or offered
            raise HTTPException(422, f"there is no parameter {asked!r}{hint}")


def _utc(when: datetime) -> datetime:
    try:
        return when.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is beyond the calendar") from error


def exact_week(name: str) -> str:
    """Accept a week such as 2025-W14 in which there may have been feeds.

    Raises:
        ValueError: it is something else.
    """
    if parse_week(name) < 0:
        raise ValueError("must not be before 1970")
    return name


def _week(name: str) -> str:
    return name if name == "latest" else exact_week(name)


def _from_day(given: object) -> object:
    """Return the first moment of a day for "2025-01-01", anything else as it is."""
    return f"{given}T00:00:00Z" if isinstance(given, str) and _DAY.fullmatch(given) else given


#: RFC 3339, or a day; a "+" in an address is a space, so write Z or %2B.
Time = Annotated[AwareDatetime, BeforeValidator(_from_day), AfterValidator(_utc)]
Week = Annotated[str, AfterValidator(_week)]
OneWeek = Annotated[str, AfterValidator(exact_week)]

#: A number, or a place in a list; None at its end.
_Cursor = TypeVar("_Cursor", bound=int | str | None)
Limit = Annotated[int, Query(ge=1, le=200, description="At most this many.")]
#: What a cursor is, in the description of the API.
GOES_ON = "From next_cursor; goes on from there, also where the list has changed meanwhile."
Cursor = Annotated[int | None, Query(ge=0, le=_LARGEST, description=GOES_ON)]
TrendCursor = Annotated[str, Query(pattern=f"^{TREND_PLACE}?$", description=GOES_ON)]
Key = Annotated[str, Path(max_length=100, description="As in the list.")]
Labels = Annotated[
    list[str], Query(max_length=20, description="Full keys such as area:drones; all must be there.")
]


def check_keys(config: Config, store: Store, keys: Sequence[str]) -> None:
    """Refuse keys of series that are neither labels, pairs of labels nor words that are followed.

    Raises:
        InputError: one is none of these; says which label was probably meant.
    """
    labels, words = parted(keys)
    check_labels(config, labels)
    known = set(store.term_uses.followed(words))
    for word in words:
        if word not in known:
            complaint = Known(config.tables.labels).full_complaint(word[:100])
            raise InputError(f"{complaint}; nor is it a word that was told or added to a label")


def check_labels(config: Config, keys: Iterable[str]) -> None:
    """Refuse labels that do not exist; pairs are joined by a bar.

    Raises:
        InputError: one does not; says which was probably meant.
    """
    known = Known(config.tables.labels)
    for key in keys:
        for part in key.split("|"):
            if complaint := known.full_complaint(part[:100]):
                raise InputError(complaint)


def counted_keys(config: Config, store: Store, keys: Iterable[str]) -> list[str]:
    """Return labels, pairs and words as they are counted, each once: one order of a pair, and no other.

    Raises:
        InputError: there is no such label or followed word, or such pairs are never counted.
    """
    asked = list(keys)
    check_keys(config, store, asked)
    return list(dict.fromkeys(map(counted_key, asked)))


def past_week(name: str, now: datetime) -> int:
    """Return the number of a week that has begun.

    Raises:
        InputError: it has not: of the future nothing can be told, not even that nothing was.
    """
    number = parse_week(name)
    if number > week_number(now):
        raise InputError(f"{name} has not begun; the week of now is {week_name(week_number(now))}")
    return number


def next_page(request: Request, response: Response, cursor: _Cursor) -> _Cursor:
    """Say in a header where a list goes on, and return that cursor."""
    if cursor is not None:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        query = urlencode([*asked, ("cursor", str(cursor))])
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return cursor
