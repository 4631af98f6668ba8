"""One outlet's report of an event: its own headline and words, the event's names and figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from trendwatch.demo.events import Event
from trendwatch.demo.grammar import expand
from trendwatch.demo.language import american, further
from trendwatch.demo.outlets import Outlet

#: Words that stay small in a headline written with capitals.
_SMALL = frozenset("a an and as at but by for from in into its of on or per than the to up who with".split())
#: Slots that say which sector it is about.
_WHERE = ("{actors}", "{sites}", "{trade}")
_MORE, _SECOND = 0.6, 0.3


def tell(event: Event, outlet: Outlet, draw: Random) -> tuple[str, str]:
    """Return headline and summary."""
    headline, sentences = _technology(event, draw) if event.kind else _ordinary(event, draw)
    summary = " ".join(_sentence(sentence) for sentence in sentences)
    headline = _styled(_sentence(headline), event, outlet)
    if outlet.region == "US":
        headline, summary = american(headline), american(summary)
    return headline, summary


def _technology(event: Event, draw: Random) -> tuple[str, list[str]]:
    """Return headline and sentences: between them they say what it is, and mostly where."""
    assert event.kind is not None
    headline, lead = draw.choice(event.kind.headline), draw.choice(event.kind.lead)
    tail = list(_further(event, f"{headline} {lead}", draw))
    draw.shuffle(tail)
    said = [expand(pattern, event.context, draw) for pattern in (lead, *tail)]
    return expand(headline, event.context, draw), list(dict.fromkeys(said))


def _further(event: Event, begun: str, draw: Random) -> Iterator[str]:
    """Yield the patterns of further sentences."""
    if "{things}" not in begun:
        yield draw.choice(further()["about"])
    if not any(slot in begun for slot in _WHERE) and draw.random() < _MORE:
        yield draw.choice(further()["where"])
    if event.term:
        yield draw.choice(further()["term"])
    if event.function:
        yield draw.choice(further()[event.function])
    if draw.random() < _MORE:
        yield draw.choice(further()["any"])
    if draw.random() < _SECOND:
        yield draw.choice(further()["any"])


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
