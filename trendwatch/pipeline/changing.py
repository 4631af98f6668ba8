"""Change a business:  overlay on the operator's files | judge it like a file | keep it.

Pages, API and command line change a business here and nowhere else, so that nothing of an earlier change is
lost and nothing wrong is kept. A change that is only judged, not kept, is what a preview shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trendwatch.config import Config
from trendwatch.config.businesses import read_businesses
from trendwatch.config.forms import KEY
from trendwatch.config.overlays import lay_over
from trendwatch.config.taxonomy import Known
from trendwatch.errors import ConfigError, InputError
from trendwatch.store import Store
from trendwatch.types.advice import Business
from trendwatch.types.work import Overlay

#: What people may change without an operator: everything but who the mail goes to, which must agree first.
EDITABLE = (
    *("name", "sector", "size", "region", "currency", "language", "goals", "areas", "tools", "mutes"),
    *("follows", "less", "more", "declined", "votes_since", "budget_per_month", "hours_per_week", "skills"),
    *("digest_day", "digest_time", "timezone", "frequency", "quiet_week"),
)
#: Of these, what holds several, and what holds a number.
LISTS = frozenset({"goals", "areas", "tools", "mutes", "follows", "less", "more", "declined"})
NUMBERS = frozenset({"size", "budget_per_month", "hours_per_week"})


def judged(config: Config, key: str, given: Mapping[str, object], *, now: datetime) -> Business:
    """Return a business as it would be with a change; nothing is kept.

    Args:
        config: in force
        key: of the business, known or new
        given: what changes, in the words of the files; None takes a key away
        now: aware UTC

    Raises:
        ConfigError: it would not be valid; says what to do.
    """
    overlay = Overlay(kind="business", key=key, values=given, changed_at=now, changed_by="")
    problems: list[ConfigError] = []
    tables = lay_over(config.tables, [overlay], problems)
    found = read_businesses(tables.businesses, Known(tables.labels), problems)
    if problems:
        said = (one.message.removeprefix(f"overlay on business {key}: ") for one in problems)
        raise ConfigError("; ".join(said))
    return next(one for one in found if one.key == key)


def change_business(
    store: Store, config: Config, key: str, given: Mapping[str, object], *, by: str, now: datetime
) -> Business:
    """Keep a change of a business that is valid; return the business as it is then.

    Raises:
        NotFound: there is no such business.
        ConfigError: it would not be valid; says what to do. Nothing was changed.
    """
    config.business(key)
    return _keep(store, config, key, given, by=by, now=now)


def new_business(
    store: Store, config: Config, key: str, given: Mapping[str, object], *, by: str, now: datetime
) -> Business:
    """Keep a business that was not known before.

    Raises:
        InputError: there is one of this key already, or the key cannot stand in an address.
        ConfigError: it would not be valid; says what to do. Nothing was changed.
    """
    if not KEY.fullmatch(key):
        raise InputError(f"{key[:70]!r} must be lower-case letters, digits and _ only")
    if key in config.tables.businesses:
        raise InputError(f"there is a business {key!r} already; change it, or choose another key")
    return _keep(store, config, key, given, by=by, now=now)


def free_key(name: str, config: Config) -> str:
    """Return a key for a business of a name that no other has."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in name.casefold())
    key = "_".join(words.split())[:56].strip("_") or "business"
    taken = {*config.tables.businesses, "new"}  # /profile/new is the form for one
    return next(one for number in range(1, 10_000) if (one := _numbered(key, number)) not in taken)


def _numbered(key: str, number: int) -> str:
    return key if number == 1 else f"{key}_{number}"


def _keep(
    store: Store, config: Config, key: str, given: Mapping[str, object], *, by: str, now: datetime
) -> Business:
    found = judged(config, key, given, now=now)
    overlay = Overlay(kind="business", key=key, values=given, changed_at=now, changed_by=by)
    store.overlays.put(store.overlays.with_earlier(overlay))
    return found
