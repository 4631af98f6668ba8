"""Change a business:  overlay on the operator's files | judge it like a file | keep it.

Pages, API, command line and links change a business here and nowhere else, so that nothing of an earlier
change is lost and nothing wrong is kept: also of two at once, a mute and a mute, both stay. A change that is
only judged, not kept, is what a preview shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from trendwatch.config import Config
from trendwatch.config.businesses import read_businesses
from trendwatch.config.forms import KEY
from trendwatch.config.overlays import lay_over
from trendwatch.config.taxonomy import Known
from trendwatch.errors import AlreadyThere, ConfigError, InputError
from trendwatch.store import Store
from trendwatch.store.overlays import values_of
from trendwatch.text import plain_letters
from trendwatch.types.advice import Business
from trendwatch.types.work import Overlay

#: What changes, in the words of the files; None takes a key away. What adds to a list or takes from it is a
#: function of the business as it is when it is kept, since it may have changed after it was shown.
Change = Mapping[str, object] | Callable[[Business], Mapping[str, object]]

#: What people may change without an operator: everything but who the mail goes to, which must agree first,
#: and the sectors that matter to it, which stand in its file.
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
    store: Store, config: Config, key: str, *, given: Change, by: str, now: datetime
) -> Business:
    """Keep a change of a business that is valid; return the business as it is then.

    Raises:
        NotFound: there is no such business.
        ConfigError: it would not be valid; says what to do. Nothing was changed.
    """
    config.business(key)

    def made_of(seen: Sequence[Overlay]) -> Mapping[str, object]:
        earlier = values_of(seen, "business", key)
        changed = given(judged(config, key, earlier, now=now)) if callable(given) else given
        return {**earlier, **changed}

    return _keep(store, config, key, made_of=made_of, by=by, now=now)


def new_business(
    store: Store, config: Config, key: str, *, given: Mapping[str, object], by: str, now: datetime
) -> Business:
    """Keep a business that was not known before.

    Raises:
        AlreadyThere: there is one of this key.
        InputError: the key cannot stand in an address.
        ConfigError: it would not be valid; says what to do. Nothing was changed.
    """
    if not KEY.fullmatch(key):
        raise InputError(f"{key[:70]!r} must be lower-case letters, digits and _ only")
    if key in config.tables.businesses:
        raise AlreadyThere("business", key)

    def made_of(seen: Sequence[Overlay]) -> Mapping[str, object]:
        if values_of(seen, "business", key):
            raise AlreadyThere("business", key)
        return given

    return _keep(store, config, key, made_of=made_of, by=by, now=now)


def as_number(name: str, text: str) -> float:
    """Return what was typed as a number.

    Raises:
        ConfigError: it is none.
    """
    try:
        return float(text) if "." in text else int(text)
    except ValueError as error:
        raise ConfigError(f"{name}: {text[:30]!r} is no number") from error


def free_key(name: str, config: Config) -> str:
    """Return a key for a business of a name that no other has."""
    letters = plain_letters(name)
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in letters)
    key = "_".join(words.split())[:56].strip("_") or "business"
    taken = {*config.tables.businesses, "new"}  # /profile/new is the form for one
    return next(one for number in range(1, 10_000) if (one := _numbered(key, number)) not in taken)


def new_key(name: str, sector: str, config: Config) -> str:
    """Return a key for a business that is added under a name.

    Raises:
        AlreadyThere: there is one of this name in this sector: a form sent twice, or a request repeated.
    """
    for one in config.businesses:
        if one.sector == sector and one.name.casefold().split() == name.casefold().split():
            raise AlreadyThere("business", one.key)
    return free_key(name, config)


def _numbered(key: str, number: int) -> str:
    return key if number == 1 else f"{key}_{number}"


def _keep(
    store: Store,
    config: Config,
    key: str,
    *,
    made_of: Callable[[Sequence[Overlay]], Mapping[str, object]],
    by: str,
    now: datetime,
) -> Business:
    """Keep the values that follow from all changes there are, unless they would be wrong."""
    found: list[Business] = []

    def change(seen: Sequence[Overlay]) -> list[Overlay]:
        values = made_of(seen)
        found.append(judged(config, key, values, now=now))
        return [Overlay(kind="business", key=key, values=values, changed_at=now, changed_by=by)]

    store.overlays.change(change)
    return found[-1]
