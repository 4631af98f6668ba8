"""A digest as mail: plain text and one column of HTML, both from the same words as the page.

HTML in mail is its own dialect: styles stand on the elements (css-inline), since Gmail drops what it does
not know; bars are coloured blocks, since Gmail shows no SVG; no tables for layout; below 80 kB, since Gmail
clips at about 102 kB. Dark colours come in a media rule that clients may ignore.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING

from trendwatch.render.coming import ArrivalView, PracticeView
from trendwatch.render.inline import LinkView
from trendwatch.render.inline import text as one_line
from trendwatch.render.template import footer_links, render
from trendwatch.render.view import PickView, RowView, View, view
from trendwatch.types.advice import Digest
from trendwatch.types.delivery import Mail

if TYPE_CHECKING:
    from css_inline import CSSInliner

#: Phones show about 40 characters, desktops 60 to 80.
SUBJECT_CHARS = 80
#: Old mail readers wrap at 80; quoting adds a few.
TEXT_WIDTH = 76


def mail(
    digest: Digest,
    *,
    sender: str,
    to: str,
    message_id: str,
    base_url: str = "",
    banner: str = "",
    reader_links: tuple[LinkView, ...] = (),
) -> Mail:
    """Return a digest as a message: the same digest, addresses, links and banner give the same bytes.

    Args:
        digest: what was composed.
        sender: From line.
        to: one address.
        message_id: with angle brackets.
        base_url: where this business's issues are.
        banner: a sentence above everything.
        reader_links: what this one reader can do about our mail: leave, pause, change topics.
    """
    shown = view(digest)
    title = subject(shown)
    filled = render(
        "mail.html.j2",
        view=shown,
        subject=title,
        preheader=_preheader(shown),
        links=(*footer_links(shown, base_url), *reader_links),
        banner=one_line(banner),
    )
    return Mail(
        message_id=message_id,
        sender=sender,
        to=to,
        subject=title,
        text=text(digest, base_url=base_url, banner=banner, reader_links=reader_links),
        html=_inliner().inline(filled),
        date=digest.cutoff,
    )


def subject(shown: View) -> str:
    """Return "Business: headline of the first story", on one line, cut at a word where it is too long."""
    said = shown.one_thing.title if shown.one_thing else "a quiet week"
    business = shown.business if len(shown.business) <= SUBJECT_CHARS // 2 else _cut(shown.business, 40)
    return _cut(f"{business}: {said}", SUBJECT_CHARS)


def text(
    digest: Digest, *, base_url: str = "", banner: str = "", reader_links: tuple[LinkView, ...] = ()
) -> str:
    """Return a digest as plain text, wrapped, every address on a line of its own."""
    shown = view(digest)
    blocks = [_wrapped(banner)] if banner else []
    blocks += _blocks(shown, (*footer_links(shown, base_url), *reader_links))
    return "\n\n".join(blocks) + "\n"


def _blocks(shown: View, links: tuple[LinkView, ...]) -> Iterator[str]:
    head = f"{shown.business}: your week in technology"
    yield "\n".join((_wrapped(head), f"{shown.dates} · {shown.read_time}", _wrapped(shown.coverage)))
    if shown.one_thing:
        yield _section("The one thing", _story(shown.one_thing))
    elif shown.quiet:
        yield _section("A quiet week", "No story was worth your time this week.")
    if shown.arrivals:
        notes = [*(_arrival(note) for note in shown.arrivals), _wrapped(shown.arrivals_mean)]
        yield _section("Moving toward your sector", "\n\n".join(notes))
    if shown.rows:
        yield _section("Rising and fading", "\n\n".join(_row(row) for row in shown.rows))
    if shown.worth_a_look:
        yield _section("Worth a look", "\n\n".join(_story(pick) for pick in shown.worth_a_look))
    if shown.try_this:
        yield _section("Try this", _practice(shown.try_this))
    if shown.outside:
        yield _section("Outside your usual", _story(shown.outside, lead="Why it is here"))
    yield _section("How this was chosen", "\n".join(_ending(shown, links)))


def _section(name: str, content: str) -> str:
    return f"{name.upper()}\n{'-' * len(name)}\n{content}"


def _story(pick: PickView, *, lead: str = "Why it matters to you") -> str:
    marks = "".join(f" [{mark}]" for mark in pick.marks)
    lines = [pick.title, pick.what, f"{lead}: {pick.why}" if pick.why else "", f"{pick.evidence}{marks}:"]
    return "\n".join(
        [*(_wrapped(line) for line in lines if line), *_places(pick.sources, pick.url, pick.more)]
    )


def _places(sources: tuple[LinkView, ...], url: str = "", more: str = "") -> Iterator[str]:
    if url and url not in {source.url for source in sources}:
        yield f"  {url}"
    for source in sources:
        yield f"  {source.text}: {source.url}"
    if more:
        yield f"  {more}"


def _row(row: RowView) -> str:
    said = f"{row.arrow} {row.name}: {row.strength}. {row.counts}; {row.publishers}:"
    return "\n".join([_wrapped(said), *_places(row.sources)])


def _arrival(note: ArrivalView) -> str:
    said = f"{note.name}: {note.elsewhere}; {note.home}:"
    return "\n".join([_wrapped(said), *_places(note.sources)])


def _practice(one: PracticeView) -> str:
    lines = [one.name, one.what, one.why, *(f"{lead}: {said}" for lead, said in one.lines)]
    return "\n".join([*(_wrapped(line) for line in lines if line), *_places(one.sources)])


def _ending(shown: View, links: tuple[LinkView, ...]) -> Iterator[str]:
    yield _wrapped(
        f"From what was first seen {shown.window}. A story must meet your profile, be told by two "
        "independent publishers or an official source, and be new to you."
    )
    for note in shown.notes:
        yield _wrapped(f"- {note}")
    for one in links:
        yield f"{one.text}: {one.url}"
    yield f"Issue {shown.period} · trendwatch"


def _preheader(shown: View) -> str:
    """Return what mail readers show beside the subject: the reason, not the header again."""
    return shown.one_thing.why or shown.one_thing.what if shown.one_thing else shown.coverage


def _wrapped(line: str) -> str:
    return "\n".join(wrap(one_line(line), TEXT_WIDTH, break_long_words=False, break_on_hyphens=False))


def _cut(line: str, chars: int) -> str:
    if len(line) <= chars:
        return line
    return line[: chars - 1].rsplit(" ", 1)[0].rstrip(" ,;:-–—(") + "…"


@cache
def _inliner() -> CSSInliner:
    import css_inline

    # Nothing is ever loaded: the style sheet is in the document.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
