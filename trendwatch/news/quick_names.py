"""Names as feedparser knows them: which handler an element reaches, which key an attribute has.

feedparser tells elements apart by the namespaces it knows, else by the prefix the document gives, and joins
prefix and name in lower case; whatever has no handler of that name becomes a key of the entry or feed.
"""

from __future__ import annotations

from feedparser.mixin import _FeedParserMixin

#: namespace, lower-cased, to the prefix feedparser gives it
KNOWN = {uri.lower(): prefix for uri, prefix in _FeedParserMixin.namespaces.items()}
PREFIXES = frozenset(prefix.lower() for prefix in KNOWN.values() if prefix)

_USERLAND = "backend.userland.com/rss"
_XML = "http://www.w3.org/xml/1998/namespace"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_HANDLED = frozenset(
    name.split("_", 2)[2].lower() for name in dir(_FeedParserMixin) if name.startswith(("_start_", "_end_"))
)
# Keys that we or feedparser itself read, also under the older names it maps: no unknown element may set them.
_READ = frozenset(
    "id link links guidislink title summary content author authors language published updated created tags "
    "publisher publishers contributors image textinput source where channel guid date description url "
    "modified issued copyright tagline subtitle rights href name email generator validity_start validity_end "
    "ttl sy_updateperiod sy_updatefrequency".split()
)
# Values of its own, and what repair.py counts as items.
_NEVER = ("_detail", "_parsed", "item", "entry")
# Attributes that feedparser reads; one of these names from a foreign namespace would be taken for it.
_SENSITIVE = frozenset(
    "about base domain href ispermalink label lang lastmod mode rel resource scheme src term text type uri "
    "url".split()
)


class Declined(Exception):
    """The document holds something the quick parser does not know for sure."""


def prefix_of(uri: str, given: str | None = None) -> str | None:
    """Return the prefix feedparser uses for a namespace, the one given where it knows none."""
    uri = uri.lower()
    return "" if _USERLAND in uri else KNOWN.get(uri, given)


def element(name: str) -> str:
    """Return the key of an element named as Expat does: ``uri local prefix``, ``uri local`` or ``local``.

    Raises:
        Declined: the namespace holds a space.
    """
    parts = name.split()
    if len(parts) == 1:
        return name.lower()
    if len(parts) > 3:  # noqa: PLR2004
        raise Declined(name)
    prefix = prefix_of(parts[0], parts[2] if parts[2:] else None)
    return f"{prefix}_{parts[1]}".lower() if prefix else parts[1].lower()


def attribute(name: str) -> str:
    """Return the key of an attribute, "" for one that nothing reads.

    Raises:
        Declined: it could be taken for one that is read.
    """
    parts = name.split()
    local = parts[1].lower() if parts[1:] else name.lower()
    if len(parts) == 1:
        return local if local in _SENSITIVE else ""
    if parts[0].lower() == _XML:
        return f"xml:{local}"
    if local not in _SENSITIVE:
        return ""
    if parts[0].lower() == _RDF:
        return f"rdf:{local}"
    raise Declined(name)


def is_unknown(key: str) -> bool:
    """Tell whether feedparser has no handler for an element and nothing reads the key it sets."""
    return key not in _HANDLED and key not in _READ and not key.endswith(_NEVER)
