"""What the elements of an entry do: what feedparser's handlers do to the keys that ``entries.py`` reads."""

from __future__ import annotations

import re

from feedparser.mixin import _FeedParserMixin

from trendwatch.news.quick_names import Declined
from trendwatch.news.quick_people import AUTHOR, AUTHOR_NAMED, BYSTANDER
from trendwatch.news.quick_state import (
    HARMLESS,
    NOTHING,
    SILENT,
    UNKNOWN,
    Action,
    Attributes,
    Raw,
    State,
    Table,
    named,
    nothing,
)

_HTML_TYPES = _FeedParserMixin.html_types | {"html", "xhtml"}
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
#: Each is compared with all before it.
_MAX_TAGS = 500
_WITHOUT_LANGUAGE: set[str] = set()
_CACHED = 1_000


def begin_entry(state: State, attributes: Attributes) -> None:
    """Open an entry.

    Raises:
        Declined: one of CDF, which feedparser reads in its own way.
    """
    attributes = named(attributes)
    if "href" in attributes or "lastmod" in attributes:  # CDF
        raise Declined("item")
    state.languages.append(state.language(attributes))
    state.entry = {}
    state.entries.append(state.entry)
    state.depths = {}
    state.title_depth = -1
    if about := attributes.get("rdf:about"):
        state.entry["id"] = about


def finish_entry(state: State, attributes: Attributes, text: str) -> None:
    """Close an entry."""
    state.languages.pop()
    state.has_content = False


def _store(state: State, key: str, *, value: str, depth: int) -> None:
    if depth <= state.depths.get(key, depth):
        state.depths[key] = depth
        state.entry[key] = value


def _title(state: State, attributes: Attributes, text: str) -> None:
    if attributes:
        attributes = named(attributes)
    kind = state.kind(attributes, "text/plain")
    if kind == "text/plain" and state.looks_like_html(text):
        kind = "text/html"
    text, depth = state.words(text), len(state.frames) + 1
    if not -1 < state.title_depth <= depth:
        _store(state, "title", value=text, depth=depth)
        state.entry["title_detail"] = _detail(state, attributes, kind)
    if text:
        state.title_depth = depth


def _detail(state: State, attributes: Attributes, kind: str) -> Raw:
    language = state.language(attributes) if attributes else state.languages[-1]
    return {"type": kind, "language": language.replace("_", "-")} if language else {"type": kind}


def _media_title(state: State, attributes: Attributes, text: str) -> None:
    before = state.title_depth
    _title(state, attributes, text)
    state.title_depth = before


def _described(state: State, attributes: Attributes, *, text: str, default: str) -> None:
    if "summary" in state.entry and not state.has_content:
        _contained(state, attributes, text=text, default="text/plain")
        return
    if attributes:
        attributes = named(attributes)
    kind = state.kind(attributes, default)
    _store(state, "summary", value=state.words(text), depth=len(state.frames) + 1)
    state.entry["summary_detail"] = _detail(state, attributes, kind)


def _description(state: State, attributes: Attributes, text: str) -> None:
    _described(state, attributes, text=text, default="text/html")


def _summary(state: State, attributes: Attributes, text: str) -> None:
    _described(state, attributes, text=text, default="text/plain")


def _contained(state: State, attributes: Attributes, *, text: str, default: str) -> None:
    state.kind(named(attributes), default)
    state.has_content = True
    text = state.words(text)
    state.entry.setdefault("content", []).append({"value": text})
    state.entry.setdefault("summary", text)


def _content(state: State, attributes: Attributes, text: str) -> None:
    _contained(state, attributes, text=text, default="text/plain")


def _content_encoded(state: State, attributes: Attributes, text: str) -> None:
    _contained(state, attributes, text=text, default="text/html")


def _link(state: State, attributes: Attributes, text: str) -> None:
    attributes = named(attributes)
    relation = attributes.get("rel", "alternate")
    href = _href(attributes)
    link = {"rel": relation}
    state.entry.setdefault("links", []).append(link)
    if href is not None:
        link["href"] = href = state.resolve(href)
        if relation == "alternate" and attributes.get("type", "text/html") in _HTML_TYPES:
            state.entry["link"] = href
        return
    text = text.strip()
    text = state.mend(state.resolve(text)) if text else text
    if "&" in text:
        text = _REFERENCE.sub(r"&\g<1>", text.replace("&amp;", "&"))
    state.entry["link"] = text
    if text:
        link["href"] = text


def _href(attributes: Attributes) -> str | None:
    """Return what feedparser takes for the address, None where it would look into the text."""
    return attributes.get("url", attributes.get("uri", attributes.get("href"))) or attributes.get("href")


def _enclosure(state: State, attributes: Attributes, text: str) -> None:
    href = _href(named(attributes))
    link = {"rel": "enclosure"} if href is None else {"rel": "enclosure", "href": href}
    state.entry.setdefault("links", []).append(link)


def _guid(state: State, attributes: Attributes, text: str) -> None:
    entry = state.entry
    is_link = named(attributes).get("ispermalink", "true") == "true"
    text = text.strip()
    text = state.mend(state.resolve(text) if text and is_link else text)
    entry["id"] = text
    entry.setdefault("guidislink", is_link and "link" not in entry)
    if is_link:
        entry.setdefault("link", text)


def _kept(key: str) -> Action:
    def finish(state: State, attributes: Attributes, text: str) -> None:
        state.entry[key] = state.words(text)

    return Action(finish, NOTHING)


def _category_of(scheme: str | None) -> Action:
    def finish(state: State, attributes: Attributes, text: str) -> None:
        tags: list[Raw] = state.entry.setdefault("tags", [])
        if attributes or scheme:
            attributes = named(attributes)
            said = attributes.get("scheme", attributes.get("domain", scheme))
            _tag(tags, attributes.get("term"), scheme=said, label=attributes.get("label"))
        if text := state.words(text):
            if tags and not tags[-1]["term"]:
                tags[-1]["term"] = text
            else:
                tags.append({"term": text, "scheme": None, "label": None})

    return Action(finish, NOTHING)


def _keywords_of(scheme: str | None) -> Action:
    def finish(state: State, attributes: Attributes, text: str) -> None:
        if attributes:  # feedparser takes none of these for keywords
            return
        tags: list[Raw] = state.entry.setdefault("tags", [])
        tags += [
            {"term": term.strip(), "scheme": scheme, "label": None}
            for term in state.words(text).split(",")
            if term.strip()
        ]

    return Action(finish, NOTHING)


def _tag(tags: list[Raw], term: str | None, *, scheme: str | None, label: str | None) -> None:
    if not (term or scheme or label):
        return
    tag = {"term": term, "scheme": scheme, "label": label}
    # one with a term that is there already would be counted once: that is left to read_categories
    if term or tag not in tags:
        tags.append(tag)
    if len(tags) > _MAX_TAGS and not term:
        raise Declined("categories")


def _renew(state: State, attributes: Attributes, text: str) -> None:
    """Finish a source or image: a title behind it replaces the one before it."""
    state.title_depth = -1


def _begin_media(state: State, attributes: Attributes) -> None:
    if not _WITHOUT_LANGUAGE.issuperset(attributes):
        names = named(attributes)
        if "lang" in names or "xml:lang" in names:
            raise Declined("lang")
        _WITHOUT_LANGUAGE.update(attributes if len(_WITHOUT_LANGUAGE) < _CACHED else ())


_DESCRIPTION = Action(_description, NOTHING)
_ITUNES = "http://www.itunes.com/"
_MEDIA: dict[str, Action] = {
    "media_title": Action(_media_title, NOTHING),
    "media_description": _DESCRIPTION,
    "media_category": _category_of("http://search.yahoo.com/mrss/category_schema"),
    "media_keywords": _keywords_of(None),
} | dict.fromkeys(
    "media_thumbnail media_credit media_rating media_restriction media_license media_player".split(), SILENT
)
_INSIDE_MEDIA = Table(_MEDIA, UNKNOWN)
_MEDIA |= dict.fromkeys(("media_content", "media_group"), Action(nothing, _INSIDE_MEDIA, _begin_media))

_CATEGORY = _category_of(None)
#: What the elements of an entry do; those missing here are unknown to feedparser, or to us.
ENTRY: dict[str, Action] = (
    _MEDIA
    | dict.fromkeys(("title", "dc_title"), Action(_title, NOTHING))
    | dict.fromkeys(("description", "dc_description"), _DESCRIPTION)
    | dict.fromkeys(("summary", "itunes_summary"), Action(_summary, NOTHING))
    | dict.fromkeys(("published", "issued", "pubdate", "dcterms_issued"), _kept("published"))
    | dict.fromkeys(("updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"), _kept("updated"))
    | dict.fromkeys(("created", "dcterms_created"), _kept("created"))
    | dict.fromkeys(("language", "dc_language"), _kept("language"))
    | dict.fromkeys(("author", "managingeditor"), AUTHOR)
    | dict.fromkeys(("dc_creator", "dc_author", "itunes_author"), AUTHOR_NAMED)
    | dict.fromkeys(("category", "keywords", "dc_subject"), _CATEGORY)
    | dict.fromkeys(("guid", "id"), Action(_guid, NOTHING))
    | dict.fromkeys(("source", "image"), Action(_renew, NOTHING))
    | dict.fromkeys(
        "rights copyright dc_rights itunes_subtitle subtitle webmaster dc_publisher dc_contributor generator "
        "georss_point georss_line georss_polygon georss_box itunes_image itunes_link itunes_block "
        "itunes_explicit".split(),
        SILENT,
    )
    | {
        "link": Action(_link, NOTHING),
        "enclosure": Action(_enclosure, NOTHING),
        "content": Action(_content, NOTHING),
        "content_encoded": Action(_content_encoded, NOTHING),
        "itunes_keywords": _keywords_of(_ITUNES),
        "contributor": BYSTANDER,
        "cc_license": Action(nothing, HARMLESS),
    }
)
