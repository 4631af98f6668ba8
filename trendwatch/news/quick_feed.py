"""What the elements outside entries do to the feed's title, language, waits, and to what entries inherit."""

from __future__ import annotations

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
#: What may stand at the top.
DOCUMENT = Table(
    {
        "rss": Action(_finish_part, _RSS, _begin_root),
        "rdf_rdf": Action(_finish_part, _RDF, _begin_part),
        "feed": Action(_finish_part, Table(_FEED, UNKNOWN), _begin_root),
    }
)
