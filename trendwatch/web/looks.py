"""Templates and style sheet: everything escaped, everything from here, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from trendwatch import __version__
from trendwatch.advice.trendwords import count_words, direction, stage_sure, standing_words, strength_words
from trendwatch.advice.words import counted
from trendwatch.types.trends import Trend
from trendwatch.web.banner import banner
from trendwatch.web.words import (
    ago,
    day,
    moment,
    stamp,
    web_link,
    week_end_words,
    week_start_words,
    week_words,
)

#: Instead of an entry of the navigation: a page of a reader, who has no key for what it leads to.
MAIL = "mail"
_HERE = Path(__file__).parent
_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_HASH_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load; its address changes with its content, so it may be kept for ever."""

    url: str
    body: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Return the files that pages load, by name."""
    found = {}
    for path in sorted((_HERE / "static").iterdir()):
        if path.suffix in _TYPES:
            body = path.read_bytes()
            digits = sha256(body).hexdigest()[:_HASH_DIGITS]
            found[path.name] = Asset(f"/static/{digits}/{path.name}", body, _TYPES[path.suffix])
    return found


def page(
    template: str, values: Mapping[str, object], *, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    """Return a page filled with values; ``here`` says which entry of the navigation it belongs to."""
    return HTMLResponse(_environment().get_template(template).render(values), status, headers)


def _standing(trend: Trend) -> str:
    """Return where a movement stands, with the day it began."""
    return standing_words(trend, week_start_words(trend.since) if trend.since else "")


def _path(part: str) -> str:
    """Return text as one part of an address."""
    return quote(part, safe="")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"assets": assets(), "version": __version__, "banner": banner, "counted": counted}
    environment.filters |= {
        "ago": ago,
        "count_words": count_words,
        "day": day,
        "direction": direction,
        "moment": moment,
        "path": _path,
        "stage_sure": stage_sure,
        "standing": _standing,
        "stamp": stamp,
        "strength_words": strength_words,
        "web_link": web_link,
        "week_end": week_end_words,
        "week_start": week_start_words,
        "week_words": week_words,
    }
    return environment
