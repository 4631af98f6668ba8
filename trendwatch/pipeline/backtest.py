"""What a change of configuration would have made of past weeks; nothing is written.

    frozen editions | what both models say of the same texts | labels that flip | compose both | what differs

Theory of operation. An edition keeps its stories with the tags of all their reports, but not those reports.
So both configurations' models are asked about the one text it keeps, and only where they disagree a story's
tags are changed, by as much as they disagree. The same configuration therefore changes nothing, exactly.
Trends and arrivals are counts of years and stay as they were; so does what a business had been shown.

Known failure: a label that only another report of a story spoke for cannot flip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from trendwatch.advice.columns import Columns
from trendwatch.config import Config
from trendwatch.pipeline.compose import composed
from trendwatch.store import Store
from trendwatch.tagging.model import Tagger
from trendwatch.types.advice import Business, Candidate, Digest, Edition
from trendwatch.types.knowledge import Knowledge
from trendwatch.types.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A label that a story would have gained or lost."""

    label: str
    gained: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one digest would have shown otherwise: headlines that go and come."""

    business_key: str
    period: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Backtest:
    """What a change of configuration would have made."""

    editions: int = 0
    stories: int = 0
    digests: int = 0
    flips: list[Flip] = field(default_factory=list)
    #: stories by sector, as they were and as they would have been
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    #: digests that would have shown other stories
    differences: list[Difference] = field(default_factory=list)

    @property
    def sectors(self) -> dict[str, tuple[int, int]]:
        """Stories before and after of each sector whose number changes."""
        keys = sorted({*self.before, *self.after})
        return {
            key: (self.before[key], self.after[key]) for key in keys if self.before[key] != self.after[key]
        }

    @property
    def labels(self) -> dict[str, tuple[int, int]]:
        """How often each label would have been gained and lost."""
        gained = Counter(one.label for one in self.flips if one.gained)
        lost = Counter(one.label for one in self.flips if not one.gained)
        return {key: (gained[key], lost[key]) for key in sorted({*gained, *lost})}


def backtest(
    store: Store, config: Config, *, old: Tagger, new: Tagger, weeks: int, now: datetime
) -> Backtest:
    """Return what a configuration would have made of the editions of the last weeks.

    Args:
        store: holds frozen editions; only read
        config: to be tried
        old: what the configuration in force says of a text
        new: what the one to be tried says
        weeks: how far back
        now: aware UTC
    """
    report = Backtest()
    digests = _digests(store, now - timedelta(weeks=weeks))
    for edition_id in store.editions.since(now - timedelta(weeks=weeks)):
        edition = store.editions.get(edition_id)
        other = _retagged(edition, config, old=old, new=new, report=report)
        report.editions += 1
        report.stories += len(edition.candidates)
        sides = Columns(edition), Columns(other)
        for digest, was in digests.get(edition_id, ()):
            will = next((one for one in config.businesses if one.key == was.key), was)
            report.digests += 1
            found = _difference(digest, composed(store, was, sides[0]), composed(store, will, sides[1]))
            report.differences += [found] if found.gone or found.come else []
    return report


def _digests(store: Store, since: datetime) -> dict[str, list[tuple[Digest, Business]]]:
    """Return the digests from a time on with who they were composed for, by edition."""
    found: dict[str, list[tuple[Digest, Business]]] = {}
    for key, periods in sorted(store.digests.issues(since=since).items()):
        for period in sorted(periods):
            digest, business = store.digests.get(key, period), store.digests.composed_for(key, period)
            if business is not None:
                found.setdefault(digest.edition_id, []).append((digest, business))
    return found


def _retagged(edition: Edition, config: Config, *, old: Tagger, new: Tagger, report: Backtest) -> Edition:
    """Return an edition as a configuration would have labelled it."""
    texts = [(one.title, one.summary) for one in edition.candidates]
    said = zip(edition.candidates, old.tag(texts), new.tag(texts), strict=True)
    known = config.taxonomy.names()
    changed = [_flipped(one, before, after, known=known) for one, before, after in said]
    for was, will in zip(edition.candidates, changed, strict=True):
        report.flips += _flips(was, will)
        report.before.update(_sectors(was.tags))
        report.after.update(_sectors(will.tags))
    return replace(
        edition,
        candidates=tuple(changed),
        names=known,
        parents=config.taxonomy.parents(),
        knowledge=Knowledge(practices=config.practices, sectors=config.sectors),
    )


def _flipped(
    story: Candidate, before: Sequence[Tag], after: Sequence[Tag], *, known: Mapping[str, str]
) -> Candidate:
    """Return a story whose tags differ from its own as much as two models differ about its text."""
    was = {tag.full_key: tag for tag in before}
    will = {tag.full_key: tag for tag in after}
    tags = {tag.full_key: tag for tag in story.tags if tag.full_key in known}
    for key in was.keys() | will.keys():
        if key not in will:
            tags.pop(key, None)
        elif key not in was:
            tags.setdefault(key, will[key])
        elif key in tags:
            moved = tags[key].confidence + will[key].confidence - was[key].confidence
            tags[key] = replace(tags[key], confidence=min(1.0, max(0.0, moved)))
    return replace(story, tags=tuple(tags[key] for key in sorted(tags)))


def _flips(was: Candidate, will: Candidate) -> Iterable[Flip]:
    before, after = ({tag.full_key for tag in one.tags} for one in (was, will))
    for label in sorted(before ^ after):
        yield Flip(label=label, gained=label in after, title=was.title)


def _sectors(tags: Iterable[Tag]) -> list[str]:
    return [tag.full_key for tag in tags if tag.full_key.startswith("sector:")]


def _difference(digest: Digest, before: Digest, after: Digest) -> Difference:
    was, will = ({pick.story_id: pick.title for pick in one.picks} for one in (before, after))
    return Difference(
        business_key=digest.business_key,
        period=digest.period,
        gone=tuple(title for key, title in was.items() if key not in will),
        come=tuple(title for key, title in will.items() if key not in was),
    )
