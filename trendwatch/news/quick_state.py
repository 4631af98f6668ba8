"""Where the quick parser stands in a document, and what every element shares: text, base, language."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from feedparser.datetimes import _parse_date
from feedparser.html import _cp1252
from feedparser.mixin import _FeedParserMixin
from feedparser.urls import _urljoin, make_safe_absolute_uri

from trendwatch.news import quick_names
from trendwatch.news.fields import is_whole
from trendwatch.news.quick_names import Declined

Raw = dict[str, Any]
Attributes = dict[str, str]

_KINDS = {"text": "text/plain", "plain": "text/plain", "html": "text/html"} | {
    kind: kind for kind in ("text/plain", "text/html")
}
_MAX_ATTRIBUTES = 1_000
_CACHED = 4_000  # names; documents of one publisher use the same, an attack would fill the memory


class Action(NamedTuple):
    """What an element does."""

    #: at its end, with its text, without that of its children
    finish: Callable[[State, Attributes, str], None]
    #: what its children do
    inside: Table
    #: at its start, for elements with children
    begin: Callable[[State, Attributes], None] | None = None


class Table(dict[str, Action]):
    """What elements do in one place, by Expat's names, looked up by feedparser's."""

    def __init__(
        self, rules: dict[str, Action], unknown: Action | None = None, *, is_mixed: bool = False
    ) -> None:
        super().__init__()
        #: whether text between these elements counts
        self.is_mixed = is_mixed
        self._rules = rules
        #: what elements do that feedparser does not know; where there is none, they decline the document
        self.unknown = unknown

    def __missing__(self, name: str) -> Action:
        key = quick_names.element(name)
        action = self._rules.get(key) or (self.unknown if quick_names.is_unknown(key) else None)
        if action is None:
            raise Declined(key)
        if len(self) >= _CACHED:
            self.clear()
        self[name] = action
        return action


class _AttributeNames(dict[str, str]):
    def __missing__(self, name: str) -> str:
        if len(self) >= _CACHED:
            self.clear()
        self[name] = key = quick_names.attribute(name)
        return key


_NAMES = _AttributeNames()
_SAFE: set[str] = set()  # attributes that name no base


class State:
    """One document being read, with feedparser's state variables as far as they matter."""

    def __init__(self, *, mended: bool, base: str = "") -> None:
        #: the open elements: what they do at their end, attributes; text and table of the one that holds them
        self.frames: list[tuple[Callable[[State, Attributes, str], None], Attributes, str, Table]] = []
        self.feed: Raw = {}
        self.entries: list[Raw] = []
        #: the entry that is open, or the last one
        self.entry: Raw = {}
        #: depths at which an entry's title and summary were set: a deeper one does not replace them
        self.depths: dict[str, int] = {}
        self.is_atom = False
        self.title_depth = -1
        self.has_content = False
        #: languages of the open document, channel and entry
        self.languages: list[str | None] = [None]
        #: whether an author is longer than repair.py may leave it
        self.long_author = False
        #: byte at which the element stands that starts or ends, and at which the last author started
        self.position: Callable[[], int] = int
        self.author_at = 0
        #: a text as feedparser stores it
        self.words: Callable[[str], str] = _stripped_and_mended if mended else str.strip
        #: the same for a text that is stripped already
        self.mend: Callable[[str], str] = _mended if mended else str
        #: whether an element has named a base; from then on it is followed
        self.has_base = bool(base)
        self._root_base = base
        self._base = ""
        self._bases: list[str] = []

    @property
    def depth(self) -> int:
        """How deep the element stands that is being finished; the root is at 1."""
        return len(self.frames) + 1

    def kind(self, attributes: Attributes, default: str) -> str:
        """Return the media type of a text.

        Raises:
            Declined: it is markup of its own, or encoded.
        """
        if not attributes:
            return default
        kind = _KINDS.get(attributes["type"].lower()) if "type" in attributes else default
        if kind is None or attributes.get("mode", "escaped") != "escaped" or "src" in attributes:
            raise Declined("type")
        return kind

    def looks_like_html(self, text: str) -> bool:
        """Tell whether feedparser takes a text that calls itself plain for HTML."""
        if ("<" not in text and "&" not in text) or self.is_atom:
            return False
        return bool(_FeedParserMixin.looks_like_html(text.strip()))

    def language(self, attributes: Attributes) -> str | None:
        """Return the language of an element: its own, none where it says so, else that of what holds it."""
        own = attributes.get("xml:lang", attributes.get("lang"))
        return self.languages[-1] if own is None else own or None

    def resolve(self, uri: str) -> str:
        """Return an address as feedparser resolves it, that is against ``xml:base`` only."""
        if self._base and not (is_whole(uri) and is_whole(self._base)):
            return str(_urljoin(self._base, uri))
        return str(_urljoin("", uri)) if ":///" in uri else uri

    def enter(self, attributes: Attributes) -> None:
        """Follow the base into an element; for one without attributes only where there is a base already.

        Raises:
            Declined: it names two bases, or has more attributes than any parser should see.
        """
        if len(attributes) > _MAX_ATTRIBUTES:
            raise Declined("attributes")
        safe = _SAFE.issuperset(attributes)
        if safe and not self.has_base:
            return
        bases = [] if safe else [name for name in attributes if _local(name) == "base"]
        if len(bases) > 1 or (bases and self.frames and not self.has_base):
            raise Declined("base")
        if not bases:
            _SAFE.update(attributes if len(_SAFE) < _CACHED else ())
        own = attributes[bases[0]] if bases else "" if self.frames else self._root_base
        if own or self.has_base:
            self.has_base = True
            own = own or self._base
            self._base = _below(self._base, own) if self._base else _urljoin("", own)
            self._bases.append(self._base)

    def leave(self) -> None:
        """Follow the base out of an element; feedparser keeps it where what holds the element has none."""
        self._bases.pop()
        if self._bases and self._bases[-1]:
            self._base = self._bases[-1]


def named(attributes: Attributes) -> Attributes:
    """Return the attributes that are read, by feedparser's names.

    Raises:
        Declined: two have the same name.
    """
    if not attributes:
        return attributes
    found: Attributes = {}
    for name, value in attributes.items():
        if key := _NAMES[name]:
            if key in found:
                raise Declined(key)
            found[key] = value.lower() if key in ("rel", "type") else value
    return found


def check_date(text: str) -> None:
    """Make sure that feedparser does not raise on a date.

    Raises:
        Declined: it does.
    """
    try:
        _parse_date(text)
    except Exception as error:
        raise Declined(text) from error


def nothing(state: State, attributes: Attributes, text: str) -> None:
    """Finish an element that leaves nothing we read."""


def _stripped_and_mended(text: str) -> str:
    return _mended(text.strip())


def _mended(text: str) -> str:
    """Undo double encodings, as feedparser does."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_cp1252) if has_controls(text.encode()) else text


def has_controls(data: bytes) -> bool:
    """Tell whether a text in UTF-8 holds C1 controls: twenty times as fast as looking at each character."""
    at = data.find(b"\xc2")
    while at >= 0:
        if data[at + 1 : at + 2] < b"\xa0":
            return True
        at = data.find(b"\xc2", at + 1)
    return False


def _local(name: str) -> str:
    parts = name.split()
    return (parts[1] if parts[1:] else name).lower()


@lru_cache(maxsize=256)
def _below(base: str, own: str) -> str:
    return str(make_safe_absolute_uri(base, own) or base)


#: No children at all.
NOTHING = Table({})
#: Children that leave nothing we read.
HARMLESS = Table({})
UNKNOWN = HARMLESS.unknown = Action(nothing, HARMLESS)
#: An element whose text is not read.
SILENT = Action(nothing, NOTHING)
