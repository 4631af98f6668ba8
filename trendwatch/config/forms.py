"""The forms of single values: each returns the value it accepts, or says what it must be.

They raise ValueError with the end of a sentence that starts with the key: "url must ...".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from ipaddress import ip_network
from math import isfinite
from urllib.parse import SplitResult, urlsplit

from trendwatch.config.codes import COUNTRIES, CURRENCIES
from trendwatch.mailbox import bare_address, mailbox
from trendwatch.types.sectors import LEAST_WEIGHT, MOST_WEIGHT

#: Keys of feeds, labels and businesses: they stand in addresses, file names and the database.
KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_ALLOWED = re.compile(
    r"(?P<network>\[[^\]]+\](/\d+)?|[^/\[\]]+/\d+|[^:/\[\]]+)(:(?P<port>[0-9]{1,5}))?|(?P<bare>[0-9a-fA-F:]+)"
)
_HIGHEST_PORT = 65535
# What is not compared: signs, and the 's that a search leaves out.
_BARE = re.compile(r"['’]s\b|[\W_]")


def line(text: str) -> str:
    """Accept one line of visible text: it may end in a mail or request header.

    Raises:
        ValueError: it holds a line break or another control character.
    """
    if not text.isprintable():
        raise ValueError("must be one line without control characters")
    return text.strip()


def filled(text: str) -> str:
    """Accept one line that says something.

    Raises:
        ValueError: it is empty or not one line.
    """
    text = line(text)
    if not text:
        raise ValueError("must not be empty")
    return text


def feed_url(text: str) -> str:
    """Accept an address that can be polled.

    Raises:
        ValueError: not http or https, no host, a name and password in it, or spaces.
    """
    parts = _parts(text)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://example.org/feed")
    if parts.username or parts.password:
        raise ValueError("must not hold a name or password: it is shown and exported")
    return text


def web_address(text: str) -> str:
    """Accept the public address of the pages, or nothing; a slash at its end is dropped.

    Raises:
        ValueError: neither empty nor an address.
    """
    return feed_url(text).rstrip("/") if text else ""


def same_address(url: str) -> str:
    """Return what two spellings of one feed address share."""
    parts = urlsplit(url)
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.hostname or ''}{port}{parts.path or '/'}{query}"


def database_url(text: str) -> str:
    """Accept an address of SQLite or PostgreSQL.

    Raises:
        ValueError: it starts otherwise. The value is not repeated: it may hold a password.
    """
    if re.match(r"sqlite(\+\w+)?://[^/]", text):
        raise ValueError(
            "must have three slashes before a file, sqlite:///data/trendwatch.db, "
            "and four before a path from the root, sqlite:////var/lib/trendwatch.db"
        )
    if not re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", text) or _parts(text) is None:
        raise ValueError("must be an address that starts with sqlite:// or postgresql://")
    return line(text)


def allowed_address(text: str) -> str:
    """Accept a network with or without a port: ``10.1.0.0/16:8080``, ``[fd00::/8]:80``, ``127.0.0.1``.

    Raises:
        ValueError: it cannot be read as such.
    """
    match = _ALLOWED.fullmatch(text)
    if match is None or not 0 < int(match["port"] or 1) <= _HIGHEST_PORT:
        raise ValueError(f"must be a network and a port such as 127.0.0.0/8:8080, not {text!r}")
    network = match["network"] or match["bare"]
    try:
        ip_network(network.replace("[", "").replace("]", ""))
    except ValueError as error:
        raise ValueError(f"must be a network and a port such as 127.0.0.0/8:8080 ({error})") from error
    return text


def sender(text: str) -> str:
    """Accept a From line, ``name <mail>`` or a bare address.

    Raises:
        ValueError: no header can say it.
    """
    text = line(text)
    mailbox(text)
    return text


def mail(text: str) -> str:
    """Accept one mail address, or nothing.

    Raises:
        ValueError: it is neither.
    """
    return bare_address(text) if text else ""


def region(text: str) -> str:
    """Accept a country code or ``world``.

    Raises:
        ValueError: it is neither.
    """
    if text != "world" and text.upper() not in COUNTRIES:
        raise ValueError("must be a country code such as DE, or world")
    return text


def language(text: str) -> str:
    """Accept a language code such as ``en`` or ``pt-BR``.

    Raises:
        ValueError: it does not look like one.
    """
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise ValueError("must be a language code such as en or pt-BR")
    return text


def currency(text: str) -> str:
    """Accept a currency of today, as ISO 4217 writes it.

    Raises:
        ValueError: it is something else.
    """
    if text not in CURRENCIES:
        raise ValueError("must be a currency code such as EUR")
    return text


def clock(value: object) -> time:
    """Accept ``"07:00"``, or TOML's own 07:00:00.

    Raises:
        ValueError: no such time of day.
    """
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('must be a time of day such as "07:00"')
    return time(int(match[1]), int(match[2]))


def moment(value: object) -> datetime | None:
    """Accept a time with its zone, in UTC; TOML's own or as text.

    Raises:
        ValueError: no such time, or one without a zone.
    """
    if value is None:
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        if found.tzinfo is None:
            raise ValueError("it has no zone")
    except ValueError as error:
        raise ValueError(f'must be a time with its zone such as "2025-03-03T08:00:00Z" ({error})') from error
    return found.astimezone(UTC)


def zone(name: str) -> str:
    """Accept an IANA time zone.

    Raises:
        ValueError: there is no such zone.
    """
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder of zones, such as Europe
        from zoneinfo import available_timezones

        from trendwatch.config.hints import did_you_mean

        hint = did_you_mean(name, available_timezones())
        raise ValueError(f"must be a time zone such as Europe/Berlin, not {name!r}{hint}") from error
    return name


def estimate(value: object) -> tuple[float, float, float]:
    """Accept what the team thinks something takes: low, base and high.

    Raises:
        ValueError: not three numbers from 0 on, or one is below the one before.
    """
    numbers = _numbers(value) if isinstance(value, (list, tuple)) else ()
    if len(numbers) != 3 or list(numbers) != sorted(numbers) or numbers[0] < 0:  # noqa: PLR2004
        raise ValueError("must be three numbers that do not fall, [low, base, high], such as [0, 50, 300]")
    return numbers[0], numbers[1], numbers[2]


def weights(value: object, *, least: float = LEAST_WEIGHT) -> dict[str, float]:
    """Accept sectors with what each of them counts.

    Raises:
        ValueError: not a table of numbers, or one outside the range.
    """
    numbers = _numbers(tuple(value.values())) if isinstance(value, Mapping) else (-1.0,)
    if not isinstance(value, Mapping) or len(numbers) != len(value) or not _all_between(numbers, least):
        raise ValueError(
            f"must be sectors with weights from {least} to {MOST_WEIGHT}, such as {{ retail = 0.3 }}"
        )
    return dict(zip(map(str, value), numbers, strict=True))


def term(text: str) -> str:
    """Accept a phrase as texts are searched for, or several that must all occur: ``drone + orchard``.

    Raises:
        ValueError: capitals, or something in a phrase that a search does not see: it would find more than
            was written.
    """
    from trendwatch.phrases import split_words  # brings an HTML parser, which most verbs do not need

    phrases = [phrase.strip() for phrase in line(text).split(" + ")]
    if text != text.lower() or not all(phrases) or any("+" in phrase.split() for phrase in phrases):
        raise ValueError("must be lower-case phrases, several with ' + ' between, such as 'drone + orchard'")
    for phrase in phrases:
        seen = "".join(split_words(phrase))
        if not seen or _BARE.sub("", phrase) != _BARE.sub("", seen):
            raise ValueError(f"holds {phrase!r}: a single letter or an address is no word to a search")
    return " + ".join(phrases)


def _numbers(values: Iterable[object]) -> tuple[float, ...]:
    """Return the finite numbers among values; true is no number."""
    return tuple(
        float(value)
        for value in values
        if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
    )


def _all_between(numbers: Iterable[float], least: float) -> bool:
    return all(least <= number <= MOST_WEIGHT for number in numbers)


def _parts(text: str) -> SplitResult | None:
    if not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # read here because a bad port only shows when asked for
    except ValueError:
        return None
    return parts
