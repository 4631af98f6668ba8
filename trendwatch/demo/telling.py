"""One outlet's report of an event: its own headline and words, the event's names and figures."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from trendwatch.demo.events import Event
from trendwatch.demo.grammar import expand
from trendwatch.demo.language import american, further
from trendwatch.demo.outlets import Outlet

#: Words that stay small in a headline written with capitals.
_SMALL = frozenset("a an and as at but by for from in into its of on or per than the to up who with".split())
_MORE = 0.75
_SECOND = 0.4


def tell(event: Event, outlet: Outlet, draw: Random) -> tuple[str, str]:
    """Return headline and summary."""
    headline, sentences = _technology(event, draw) if event.kind else _ordinary(event, draw)
    summary = " ".join(_sentence(sentence) for sentence in sentences)
    headline = _styled(_sentence(headline), event, outlet)
    if outlet.region == "US":
        headline, summary = american(headline), american(summary)
    return headline, summary


def _technology(event: Event, draw: Random) -> tuple[str, list[str]]:
    assert event.kind is not None
    patterns = [draw.choice(event.kind.lead)]
    if event.term:
        patterns.append(draw.choice(further()["term"]))
    if draw.random() < _MORE:
        patterns.append(draw.choice(further()["any"]))
    if event.function:
        patterns.append(draw.choice(further()[event.function]))
    if draw.random() < _SECOND:
        patterns.append(draw.choice(further()["any"]))
    tail = patterns[1:]
    draw.shuffle(tail)
    said = [expand(pattern, event.context, draw) for pattern in (patterns[0], *tail)]
    return expand(draw.choice(event.kind.headline), event.context, draw), list(dict.fromkeys(said))


def _ordinary(event: Event, draw: Random) -> tuple[str, list[str]]:
    more = event.context["more"]
    assert not isinstance(more, str)
    return event.headline, _some(more, draw, event)


def _some(patterns: Sequence[str], draw: Random, event: Event) -> list[str]:
    return [expand(pattern, event.context, draw) for pattern in draw.sample(patterns, draw.randrange(1, 3))]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _styled(headline: str, event: Event, outlet: Outlet) -> str:
    """Return a headline as the house writes it."""
    if outlet.style == "title":
        return " ".join(_capital(word, first=not place) for place, word in enumerate(headline.split()))
    if outlet.style == "kicker" and event.sector:
        return f"{event.sector.replace('_', ' ').upper()}: {headline}"
    if outlet.style == "suffix":
        return f"{headline} - {outlet.title}"
    if outlet.style == "colon":
        return headline if ":" in headline else f"{event.context['place']}: {headline}"
    return headline


def _capital(word: str, *, first: bool) -> str:
    if word.lower() in _SMALL and not first:
        return word
    return word[:1].upper() + word[1:]
