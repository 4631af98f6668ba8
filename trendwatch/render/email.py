"""A digest as mail: plain text and one column of HTML, both from the same words as the page.

HTML in mail is its own dialect: styles stand on the elements (css-inline), since Gmail drops what it does
not know; bars are coloured blocks, since Gmail shows no SVG; no tables for layout; below 80 kB, since Gmail
clips at about 102 kB. Dark colours come in a media rule that clients may ignore.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING

from trendwatch.render.coming import ArrivalView, PracticeView, RemarkView
from trendwatch.render.inline import LinkView, link
from trendwatch.render.inline import text as one_line
from trendwatch.render.moving import RowView
from trendwatch.render.story import PickView
from trendwatch.render.template import footer_links, render
from trendwatch.render.view import View, view
from trendwatch.text import cut
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
    votes_url: str = "",
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
        votes_url: where this reader says what stories were worth, "" for nowhere.
    """
    shown = view(digest, votes_url=votes_url)
    sent = one_line(f"Sent by {sender}.")
    links = (*footer_links(shown, base_url), *reader_links)
    title = subject(shown)
    filled = render(
        "mail.html.j2",
        view=shown,
        subject=title,
        preheader=_preheader(shown),
        links=links,
        banner=one_line(banner),
        sent=sent,
    )
    return Mail(
        message_id=message_id,
        sender=sender,
        to=to,
        subject=title,
        text=_plain(shown, (*_to_vote(votes_url), *links), banner=banner, sent=sent),
        html=_inliner().inline(filled),
        date=digest.cutoff,
    )


def subject(shown: View) -> str:
    """Return "Business: headline of the first story", on one line, at most ``SUBJECT_CHARS`` characters.

    A headline that is too long ends with a word, and not within the name of one of the story's labels.
    """
    business = shown.business if len(shown.business) <= SUBJECT_CHARS // 2 else cut(shown.business, 40)
    left = SUBJECT_CHARS - len(f"{business}: ")
    one = shown.one_thing
    return f"{business}: {_cut_between(one.title, left, one.topics) if one else 'a quiet week'}"


def _cut_between(words: str, chars: int, names: tuple[str, ...]) -> str:
    """Return at most this many characters, cut at a word's end and before a name that would be cut in two."""
    if len(words) <= chars:
        return words
    end = words.rfind(" ", 0, chars)
    spans = [
        found.span()
        for name in names
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE)
    ]
    for start, stop in sorted(spans, reverse=True):  # the last first: what begins before it is asked then
        end = start if 0 < start < end < stop else end
    return f"{words[:end].rstrip(' ,;:-–—(')}…" if end > 0 else cut(words, chars)


def text(digest: Digest, *, base_url: str = "", banner: str = "") -> str:
    """Return a digest as plain text, wrapped, every address on a line of its own."""
    shown = view(digest)
    return _plain(shown, footer_links(shown, base_url), banner=banner)


def _to_vote(url: str) -> tuple[LinkView, ...]:
    """Return one link for all stories: HTML has one beside each, which would be long addresses here."""
    return (LinkView(text="Useful, not for me, wrong topic, mute", url=link(url)),) if link(url) else ()


def _plain(shown: View, links: tuple[LinkView, ...], *, banner: str = "", sent: str = "") -> str:
    head = _wrapped(f"{shown.business}: your week in technology")
    lines = (_wrapped(line) for line in (shown.coverage, shown.late) if line)
    blocks = [_wrapped(banner)] if banner else []
    blocks.append("\n".join((head, f"{shown.dates} · {shown.read_time}", *lines)))
    blocks += [_section(one.title, _CONTENTS[one.name](shown)) for one in shown.sections]
    blocks.append(_section("How this was chosen", "\n".join(_ending(shown, links, sent))))
    return "\n\n".join(blocks) + "\n"


def _section(name: str, content: str) -> str:
    return f"{name.upper()}\n{'-' * len(name)}\n{content}"


def _story(pick: PickView, *, lead: str = "Why it matters to you") -> str:
    marks = "".join(f" [{mark}]" for mark in pick.marks)
    lines = [
        " · ".join(pick.topics),
        pick.title,
        pick.what,
        f"{lead}: {pick.why}" if pick.why else "",
        f"{pick.evidence}{marks}:",
    ]
    return "\n".join([*_lines(*lines), *_places(pick.sources, pick.url, pick.more)])


def _stories(picks: tuple[PickView, ...]) -> str:
    return "\n\n".join(_story(pick) for pick in picks)


def _places(sources: tuple[LinkView, ...], url: str = "", more: str = "") -> Iterator[str]:
    if url and url not in {source.url for source in sources}:
        yield f"  {url}"
    for source in sources:
        yield f"  {source.text}: {source.url}"
    if more:
        yield f"  {more}"


def _arrivals(shown: View) -> str:
    notes = [_arrival(note) for note in shown.arrivals]
    return "\n\n".join([*notes, *map(_remark, shown.leads), *_lines(shown.arrivals_mean)])


def _movements(shown: View) -> str:
    return "\n\n".join([*map(_row, shown.rows), *_lines(shown.rows_period)])


def _row(row: RowView) -> str:
    said = f"{row.arrow} {row.name}: {row.strength}. {row.counts}; {row.publishers}:"
    return "\n".join([_wrapped(said), *_places(row.sources)])


def _arrival(note: ArrivalView) -> str:
    there, here = (_places((one,) if one else ()) for one in (note.there, note.here))
    return "\n".join([_wrapped(note.name), _wrapped(note.elsewhere), *there, _wrapped(note.home), *here])


def _remark(one: RemarkView) -> str:
    return "\n".join([_wrapped(one.words), *_places(one.sources)])


def _practice(one: PracticeView) -> str:
    lines = [one.name, one.what, one.why, *(f"{lead}: {said}" for lead, said in one.lines)]
    return "\n".join([*_lines(*lines), *_places(one.sources)])


#: What each section says, by its name.
_CONTENTS: dict[str, Callable[[View], str]] = {
    "one_thing": lambda shown: _story(shown.one_thing) if shown.one_thing else "",
    "quiet": lambda _: "No story was worth your time this week.",
    "arrivals": _arrivals,
    "movements": _movements,
    "worth_a_look": lambda shown: _stories(shown.worth_a_look),
    "try_this": lambda shown: _practice(shown.try_this) if shown.try_this else "",
    "radar": lambda shown: "\n\n".join(map(_remark, shown.radar)),
    "outside": lambda shown: _story(shown.outside, lead="Why it is here") if shown.outside else "",
}


def _ending(shown: View, links: tuple[LinkView, ...], sent: str) -> Iterator[str]:
    yield _wrapped(shown.chosen)
    for note in shown.notes:
        yield _wrapped(f"- {note}")
    for one in links:
        yield f"{one.text}{'' if one.text.endswith('?') else ':'} {one.url}"
    yield f"Issue {shown.period} · trendwatch"
    yield from _lines(sent)


def _preheader(shown: View) -> str:
    """Return what mail readers show beside the subject: the reason, not the header again."""
    return shown.one_thing.why or shown.one_thing.what if shown.one_thing else shown.coverage


def _lines(*lines: str) -> Iterator[str]:
    return (_wrapped(line) for line in lines if line)


def _wrapped(line: str) -> str:
    return "\n".join(wrap(one_line(line), TEXT_WIDTH, break_long_words=False, break_on_hyphens=False))


@cache
def _inliner() -> CSSInliner:
    import css_inline

    # Nothing is ever loaded: the style sheet is in the document.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
