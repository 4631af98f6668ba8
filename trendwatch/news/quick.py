"""The common feed, read fast: the same dictionaries as feedparser's, or nothing.

Theory of operation. feedparser spends its time in a general machine: SAX events, attribute look-ups,
three dozen checks per text, several ways to read each date. Real documents use little of that. Here the same
Expat, called the same way, tells whether a document is well-formed, so both judge alike; what an element does
is looked up by its name, made by feedparser's own rules for names, and the effect is that of its handler on
the keys we read. The parser is exact or silent: whatever it does not know for sure (markup inside a text,
XHTML, an unknown type, an entry inside an entry, prefixes used for two things) declines the document, and
feedparser decides.

What repair.py would do first needs no doing here: a well-formed document is not cut and its references exist.
What it shortens (authors over 500 characters, more than 4,000 items) is left to it.

Proof: tests/test_quick.py compares everything ``parse`` returns, over all real and conformance documents
and over mutants of them. Rejected: lxml (judges other documents well-formed than Expat does), ElementTree
(loses prefixes, and made of 200 kB of text in 1.2 ms what Expat hands over in 0.8).
"""

from __future__ import annotations

import re
from xml.parsers import expat

from trendwatch.news import quick_names
from trendwatch.news.quick_entry import ENTRY, begin_entry, finish_entry
from trendwatch.news.quick_names import Declined
from trendwatch.news.quick_people import BYSTANDER
from trendwatch.news.quick_state import (
    HARMLESS,
    NOTHING,
    SILENT,
    UNKNOWN,
    Action,
    Attributes,
    State,
    Table,
    check_date,
    named,
    nothing,
)

_BUFFER = 1 << 20
_XLINK = "http://www.w3.org/1999/xlink"
_ATOM = "http://www.w3.org/2005/atom"
_RSS_1 = frozenset({"http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"})

# Characters that feedparser mends: C1 controls, and UTF-8 read as Latin-1, as bytes or as references.
_CONTROLS, _FOLLOWING, _LEADING = range(0x80, 0xA0), range(0xA0, 0xC0), range(0xC2, 0xF5)
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_TWICE = re.compile(rb"\xc3[\x82-\xb4](?:\xc2|&#|\]\]>|<[!?])")
_LATIN = re.compile(rb"([12]\d\d);|[xX]([89a-fA-F][0-9a-fA-F]);|(0|[xX]0)")


def read(body: bytes) -> State | None:
    """Return what the markup says, None where feedparser must decide; UTF-8, from the first element on."""
    state = State(mended=_may_be_damaged(body))
    try:
        _Reader(state).read(body)
    except (Declined, expat.ExpatError):
        return None
    return state if state.entries or _closes(body) else None


def _closes(body: bytes) -> bool:
    """Tell whether the root of a feed without entries is closed by a tag, as repair.py wants it."""
    root = re.split(rb"[\s/>]", body[1:200], maxsplit=1)[0]
    return b"</" + root in body[-200:]


def _may_be_damaged(body: bytes) -> bool:
    heads = {reference[:4] for reference in body.split(b"&#")[1:]} if b"&#" in body else set()
    found = [match for head in heads if (match := _LATIN.match(head))]
    if any(match[3] for match in found):  # leading zeros
        return True
    numbers = {int(match[1]) if match[1] else int(match[2], 16) for match in found}
    pairs = b"\xc2" in body
    if not numbers.isdisjoint(_CONTROLS) or (pairs and _C1.search(body)):
        return True
    if not pairs and numbers.isdisjoint(_FOLLOWING):
        return False
    return not numbers.isdisjoint(_LEADING) or _TWICE.search(body) is not None


class _Reader:
    """Expat's events to actions."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tables = [_DOCUMENT]
        #: namespaces feedparser does not know: their prefixes, and the other way round
        self._foreign: dict[str, str | None] = {}
        self._own: dict[str, str] = {}
        #: prefixes of those it knows, what it calls them, and all it has called so
        self._known: dict[str, str] = {}
        self._names: set[str] = set()
        self._version = ""

    def read(self, body: bytes) -> None:
        """Read a whole document.

        Raises:
            Declined: it is not known for sure.
            xml.parsers.expat.ExpatError: it is not well-formed.
        """
        parser = expat.ParserCreate("utf-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.buffer_size = _BUFFER
        state, tables, frames = self._state, self._tables, self._state.frames
        text = ""

        def start(name: str, attributes: Attributes) -> None:
            nonlocal text
            finish, inside, begin = tables[-1][name]
            if attributes or state.has_base:
                state.enter(attributes)
            if not frames:
                self._root(name)
            if begin is not None:
                begin(state, attributes)
            frames.append((finish, attributes, text))
            tables.append(inside)
            text = ""

        def end(_name: str) -> None:
            nonlocal text
            finish, attributes, outer = frames.pop()
            del tables[-1]
            finish(state, attributes, text)
            if state.has_base:
                state.leave()
            text = outer

        def characters(more: str) -> None:
            nonlocal text
            text = text + more if text else more

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler, parser.StartNamespaceDeclHandler = characters, self._declare
        parser.Parse(body, True)

    def _declare(self, prefix: str | None, uri: str) -> None:
        """Follow the prefixes; those that feedparser would take for others decline the document."""
        if not uri:
            return
        lower = uri.lower()
        self._version = self._version or ("atom" if lower == _ATOM else "rss" if lower in _RSS_1 else "")
        if uri == _XLINK and self._state.frames:
            raise Declined(uri)
        known = quick_names.prefix_of(uri)
        if known is None:
            sure = self._is_own(prefix, uri)
        else:
            self._names.add(known.lower())
            sure = known.lower() not in self._own and (
                prefix is None or self._is_known(prefix.lower(), known)
            )
        if not sure:
            raise Declined(uri)

    def _is_own(self, prefix: str | None, uri: str) -> bool:
        """Tell whether a namespace unknown to feedparser has one prefix that matters, with one meaning."""
        first = self._foreign.setdefault(uri, prefix)
        if prefix is None or first is None:
            return prefix == first
        prefix = prefix.lower()
        if first.lower() != prefix and not quick_names.PREFIXES.isdisjoint((prefix, first.lower())):
            return False
        taken = prefix in self._known or prefix in self._names
        return not taken and self._own.setdefault(prefix, uri) == uri

    def _is_known(self, prefix: str, known: str) -> bool:
        """Tell whether a prefix of a known namespace has one meaning, and is no other's name."""
        renamed = prefix in quick_names.PREFIXES and prefix != known.lower()
        return not renamed and prefix not in self._own and self._known.setdefault(prefix, known) == known

    def _root(self, name: str) -> None:
        root = quick_names.element(name)
        if root == "rss":
            return
        self._state.is_atom = root == "feed"
        # <feed> without a namespace is Atom too; RDF without one would become what is declared later
        if (self._version or ("atom" if root == "feed" else "")) != ("atom" if root == "feed" else "rss"):
            raise Declined(name)


def _begin_root(state: State, attributes: Attributes) -> None:
    language = state.language(named(attributes))
    state.languages.append(language)
    if language:
        state.feed["language"] = language.replace("_", "-")


def _begin_part(state: State, attributes: Attributes) -> None:
    attributes = named(attributes)
    if "href" in attributes or "lastmod" in attributes:  # CDF
        raise Declined("channel")
    state.languages.append(state.language(attributes))


def _finish_part(state: State, attributes: Attributes, text: str) -> None:
    state.languages.pop()


def _title(state: State, attributes: Attributes, text: str) -> None:
    state.kind(named(attributes), "text/plain")
    text, depth = state.words(text), state.depth
    if not -1 < state.title_depth <= depth:
        state.feed["title"] = text
    if text:
        state.title_depth = depth


def _inner_title(state: State, attributes: Attributes, text: str) -> None:
    """Finish the title of an image: it is not the feed's, but one behind it replaces that."""
    if state.words(text):
        state.title_depth = state.depth


def _begin_aside(state: State, attributes: Attributes) -> None:
    state.title_depth = -1


def _described(key: str) -> Action:
    """Follow a description: a second summary is content to feedparser, which the first entry then has."""

    def finish(state: State, attributes: Attributes, text: str) -> None:
        state.kind(named(attributes), "text/html")
        if "summary" in state.feed and not state.has_content:
            state.has_content = True
        elif key == "summary":
            state.feed["summary"] = ""

    return Action(finish, NOTHING)


def _kept(key: str) -> Action:
    def finish(state: State, attributes: Attributes, text: str) -> None:
        # an element that feedparser does not know keeps its attributes instead of its text
        state.feed[key] = state.words(text) if key == "language" or not attributes else None

    return Action(finish, NOTHING)


def _date(state: State, attributes: Attributes, text: str) -> None:
    check_date(state.words(text))


_ENTRY = Action(finish_entry, Table(ENTRY, UNKNOWN), begin_entry)
_IMAGE = Table(
    {"title": Action(_inner_title, NOTHING)}
    | dict.fromkeys("url link description width height".split(), SILENT)
)
_TEXT_INPUT = Table(
    {"title": Action(_inner_title, NOTHING)} | dict.fromkeys("name link description".split(), SILENT)
)
_ASIDES = {
    "image": Action(nothing, _IMAGE, _begin_aside),
    "textinput": Action(nothing, _TEXT_INPUT, _begin_aside),
}
_MEDIA = Action(
    nothing,
    Table(dict.fromkeys("media_thumbnail media_credit media_rating media_license".split(), SILENT), UNKNOWN),
)
_CATEGORIES = Table({"itunes_category": SILENT}, UNKNOWN)
_FEED: dict[str, Action] = (
    _ASIDES
    | dict.fromkeys(("item", "entry"), _ENTRY)
    | dict.fromkeys(("title", "dc_title"), Action(_title, NOTHING))
    | dict.fromkeys(("language", "dc_language"), _kept("language"))
    | {key: _kept(key) for key in ("ttl", "sy_updateperiod", "sy_updatefrequency")}
    | dict.fromkeys(("description", "dc_description"), _described("description"))
    | dict.fromkeys(("summary", "itunes_summary"), _described("summary"))
    | dict.fromkeys(
        "published issued pubdate dcterms_issued updated modified lastbuilddate dc_date dcterms_modified "
        "created dcterms_created".split(),
        Action(_date, NOTHING),
    )
    | dict.fromkeys("author managingeditor contributor itunes_owner".split(), BYSTANDER)
    | dict.fromkeys(
        "link guid id generator copyright rights dc_rights category keywords dc_subject dc_creator dc_author "
        "itunes_author webmaster dc_publisher dc_contributor cloud subtitle tagline itunes_subtitle "
        "itunes_keywords itunes_image itunes_link itunes_block itunes_explicit media_thumbnail media_credit "
        "media_rating media_license media_keywords media_category admin_generatoragent "
        "admin_errorreportsto georss_point info feedburner_browserfriendly".split(),
        SILENT,
    )
    | {"itunes_category": Action(nothing, _CATEGORIES), "cc_license": Action(nothing, HARMLESS)}
    | {"media_content": _MEDIA}
)
_CHANNEL = Action(_finish_part, Table(_FEED, UNKNOWN), _begin_part)
_RSS = Table({"channel": _CHANNEL, "item": _ENTRY})
_RDF = Table({"channel": _CHANNEL, "item": _ENTRY} | _ASIDES)
_DOCUMENT = Table(
    {
        "rss": Action(_finish_part, _RSS, _begin_root),
        "rdf_rdf": Action(_finish_part, _RDF, _begin_part),
        "feed": Action(_finish_part, Table(_FEED, UNKNOWN), _begin_root),
    }
)
