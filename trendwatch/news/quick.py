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
from trendwatch.news.quick_feed import DOCUMENT
from trendwatch.news.quick_names import Declined
from trendwatch.news.quick_state import Attributes, State, has_controls, nothing
from trendwatch.news.repair import MAX_ENTRIES

_BUFFER = 1 << 20
_XLINK = "http://www.w3.org/1999/xlink"
_ATOM = "http://www.w3.org/2005/atom"
_RSS_1 = frozenset({"http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"})

# Characters that feedparser mends: C1 controls, and UTF-8 read as Latin-1, as bytes or as references.
_CONTROLS, _FOLLOWING, _LEADING = (
    frozenset(range(*ends)) for ends in ((0x80, 0xA0), (0xA0, 0xC0), (0xC2, 0xF5))
)
_TWICE = re.compile(rb"\xc3[\x82-\xb4](?:\xc2|&#|\]\]>|<[!?])")
_LATIN = re.compile(rb"&#(?:([12]\d\d);|[xX]([89a-fA-F][0-9a-fA-F]);|(0|[xX]0))")


def read(body: bytes, url: str) -> State | None:
    """Return what the markup says, None where feedparser must decide.

    Args:
        body: UTF-8, from the first element on.
        url: where it came from; the base of a document that names bases only below its root.
    """
    has_inner_base = b"xml:base" in body and b"xml:base" not in body[: body.find(b">")]
    state = State(mended=_may_be_damaged(body), base=url if has_inner_base else "")
    try:
        _Reader(state).read(body)
    except (Declined, expat.ExpatError):
        return None
    if len(state.entries) > 2 * MAX_ENTRIES:
        return None
    return state if state.entries or _closes(body) else None


def _closes(body: bytes) -> bool:
    """Tell whether the root of a feed without entries is closed by a tag, as repair.py wants it."""
    root = re.split(rb"[\s/>]", body[1:200], maxsplit=1)[0]
    return b"</" + root in body[-200:]


def _may_be_damaged(body: bytes) -> bool:
    found = set(_LATIN.findall(body))
    if any(zeros for _, _, zeros in found):
        return True
    numbers = {int(ten) if ten else int(sixteen, 16) for ten, sixteen, _ in found}
    pairs = b"\xc2" in body
    if not numbers.isdisjoint(_CONTROLS) or (pairs and has_controls(body)):
        return True
    if not pairs and numbers.isdisjoint(_FOLLOWING):
        return False
    return not numbers.isdisjoint(_LEADING) or _TWICE.search(body) is not None


class _Reader:
    """Expat's events to actions."""

    def __init__(self, state: State) -> None:
        self._state = state
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
        state, frames, table = self._state, self._state.frames, DOCUMENT
        state.position = lambda: parser.CurrentByteIndex
        text = ""

        def start(name: str, attributes: Attributes) -> None:
            nonlocal text, table
            finish, inside, begin = table[name]
            if attributes or state.has_base:
                state.enter(attributes)
            if not frames:
                self._root(name)
            if begin is not None:
                begin(state, attributes)
            # text between elements is nobody's; gathered piece by piece it would cost its square
            frames.append((finish, attributes, text if table.is_mixed else "", table))
            text, table = "", inside

        def end(_name: str) -> None:
            nonlocal text, table
            finish, attributes, outer, table = frames.pop()
            if finish is not nothing:
                finish(state, attributes, text)
            if state.has_base:
                state.leave()
            text = outer

        def characters(more: str) -> None:
            nonlocal text
            text = text + more if text else more

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler, parser.StartNamespaceDeclHandler = characters, self._declare
        parser.ProcessingInstructionHandler = _instruct
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


def _instruct(target: str, _content: str) -> None:
    raise Declined(target)
