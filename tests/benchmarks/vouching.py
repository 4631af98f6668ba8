"""How true "N independent sources" is: publishers a story claims beside those that tell its event.

    python -m tests.benchmarks.vouching                 simulated worlds, and headline pairs scored by people
    python -m tests.benchmarks.vouching data/demo ...   also what the digests of filled demos claim
    python -m tests.benchmarks.vouching --real          also real stories of several publishers, to be read

A claim is too high where a publisher is counted whose report is of another event; lost is a publisher in the
same story that tells the event and is not counted. "As joined" counts every publisher of a story and shows
the fullest report of the first, as was done before; "vouched for" is ``news/candidates.py``. Stories of four
publishers and more are given apart: digests prefer them, and mistakes make them.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.stories import PAIRS, auc, ours
from trendwatch.demo.world import Told as Published
from trendwatch.demo.world import World
from trendwatch.news.candidates import candidates
from trendwatch.news.cluster import Report
from trendwatch.news.parse import parse
from trendwatch.news.vouching import VOUCHES, Usage, points
from trendwatch.news.wordings import wording
from trendwatch.types.news import Document, ParsedFeed
from trendwatch.types.sources import Source
from trendwatch.types.stories import Telling, Told

#: Stories that digests prefer.
MANY = 4
SHARED = PAIRS.parents[1]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a story claims, and what is true of it."""

    #: publishers that are counted
    claimed: frozenset[str]
    #: publishers among the story's reports that tell the event of its headline
    true: frozenset[str]
    #: publishers counted whose report that is named tells something else
    wrong: frozenset[str]

    @property
    def too_many(self) -> int:
        """Publishers that are counted for a report of something else."""
        return len(self.wrong)

    @property
    def lost(self) -> int:
        """Publishers that tell it and are not counted."""
        return len(self.true - self.claimed)


def claims(seed: int, *, weeks: range, feeds: int = 80) -> tuple[list[Claim], list[Claim]]:
    """Return what the stories of a world claim that several publishers tell: as joined, and vouched for."""
    world = World(seed, feeds=feeds)
    past, news = (_reports(world, some) for some in (range(weeks.start - 4, weeks.start), weeks))
    reports = [_report(number, one) for number, one in enumerate(news)]
    stories, _ = ours(reports, [_report(number, one) for number, one in enumerate(past)])
    members: dict[str, list[Published]] = defaultdict(list)
    for number, one in enumerate(news):
        members[stories[str(number)]].append(one)
    told = [
        Told(story_id=key, reports=tuple(_telling(world, one) for one in some))
        for key, some in members.items()
    ]
    found = candidates(told, [(one.title, one.summary) for one in past], language="en")
    joined, vouched = [], []
    for story, shown in zip(told, found, strict=True):
        owners = frozenset(one.source.owner for one in story.reports)
        if len(owners) > 1:
            lead = _leading(story).source
            named = {one.source.owner: one.source for one in reversed(story.reports)} | {lead.owner: lead}
            joined.append(_claim(story, lead.url, named.values()))
            vouched.append(_claim(story, shown.url, shown.sources))
    return joined, vouched


def _claim(story: Told, url: str, named: Iterable[Source]) -> Claim:
    sources = list(named)
    return Claim(
        claimed=frozenset(one.owner for one in sources),
        true=frozenset(one.source.owner for one in story.reports if event(one.source.url) == event(url)),
        wrong=frozenset(one.owner for one in sources if event(one.url) != event(url)),
    )


def _leading(story: Told) -> Telling:
    first = story.reports[0].source.owner
    return max(story.reports, key=lambda one: (one.source.owner == first, len(one.summary)))


def event(url: str) -> str:
    """Return what a report of a simulated world is about: the last part of its address."""
    return url.partition("?")[0].rpartition("/")[2]


def _reports(world: World, weeks: range) -> list[Published]:
    return sorted((one for week in weeks for one in world.week(week)), key=lambda one: one.published)


def _report(number: int, one: Published) -> Report:
    return Report(
        item_id=str(number), source=one.feed_key, title=one.title, summary=one.summary, at=one.published
    )


def _telling(world: World, one: Published) -> Telling:
    outlet = world.by_key[one.feed_key]
    return Telling(
        source=Source(title=one.title, url=one.url, feed=outlet.title, owner=outlet.owner, kind="news"),
        summary=one.summary,
        language="en",
        first_seen_at=one.published,
        published_at=one.published,
        backlog=False,
        tags=(),
    )


def share_too_high(some: Sequence[Claim]) -> float:
    """Return the share of stories that claim a publisher which tells something else."""
    return sum(one.too_many > 0 for one in some) / max(1, len(some))


def share_lost(some: Sequence[Claim]) -> float:
    """Return the share of publishers beside the first that tell an event and are not counted."""
    return sum(one.lost for one in some) / max(1, sum(len(one.true) - 1 for one in some))


def in_words(name: str, some: Sequence[Claim]) -> str:
    """Return what some claims come to."""
    several = [one for one in some if len(one.claimed) > 1]
    many = [one for one in some if len(one.claimed) >= MANY]
    over = sum(one.too_many for one in some) / max(1, len(some))
    return (
        f"{name}: {len(several)} stories claim several publishers, too many {share_too_high(several):.1%}; "
        f"{len(many)} claim {MANY} or more, too many {share_too_high(many):.1%}; "
        f"{over:.2f} too many a story; true ones lost {share_lost(some):.1%}"
    )


def shown_in(folder: Path) -> list[Claim]:
    """Return what the stories claim that the digests of a filled demo show."""
    from trendwatch.wiring import Service, make_clock

    found = []
    now = datetime.fromisoformat(json.loads((folder / "demo.json").read_text("utf-8"))["now"])
    with closing(Service(directory=folder / "config", environ={}, clock=make_clock(now))) as service:
        store = service.store
        for business in service.config.businesses:
            for digest in store.digests.of(business.key, limit=1_000):
                edition = store.editions.get(digest.edition_id)
                version, since, cutoff = edition.model_version, edition.since, edition.cutoff
                told = {
                    one.story_id: one for one in store.candidates.first_seen_between(version, since, cutoff)
                }
                for pick in digest.picks:
                    found.append(_claim(told[pick.story_id], pick.url, pick.sources))
    return found


def pairs() -> str:
    """Return how headline pairs fare that people scored."""
    with gzip.open(PAIRS, "rt", encoding="utf-8") as lines:
        scored = [json.loads(line) for line in lines]
    said = {text: wording(text, "") for pair in scored for text in (pair["a"], pair["b"])}
    usage = Usage(said.values())
    worth = [float(points([said[pair["a"]], said[pair["b"]]], usage)[0, 1]) for pair in scored]
    same = [one for one, pair in zip(worth, scored, strict=True) if pair["score"] >= 4]
    other = [one for one, pair in zip(worth, scored, strict=True) if pair["score"] <= 1.5]
    passed = [sum(one >= VOUCHES for one in some) / len(some) for some in (same, other)]
    measured = auc(worth, [pair["score"] >= 4 for pair in scored])
    return (
        f"{len(scored):,} headline pairs: AUC {measured:.3f}; {passed[0]:.0%} of the same vouch for each "
        f"other, {passed[1]:.0%} of the unrelated"
    )


def real() -> Iterator[str]:
    """Yield real stories of several publishers: * vouches for >, the headline that is shown."""
    reports = list(_real_reports())
    stories, _ = ours(reports, reports)
    members: dict[str, list[Report]] = defaultdict(list)
    for one in reports:
        members[stories[one.item_id]].append(one)
    told = [Told(story_id=key, reports=tuple(map(_real_telling, some))) for key, some in members.items()]
    for story, shown in zip(told, candidates(told, language="en"), strict=True):
        if len({one.source.owner for one in story.reports}) > 1:
            yield f"-- {len(shown.sources)} publishers"
            counted = {source.url for source in shown.sources}
            for report in story.reports:
                source = report.source
                mark = ">" if source.url == shown.url else "*" if source.url in counted else " "
                yield f"{mark} {source.owner}: {source.title}"


def _real_reports() -> Iterable[Report]:
    found: dict[tuple[str, str], Report] = {}
    with (SHARED / "feeds" / "manifest.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if (
                row["set"] not in {"real_fastfeedparser_bench", "ts_narrowcast"}
                or row["language"][:2] == "nl"
            ):
                continue
            body = (SHARED / "feeds" / row["file"]).read_bytes()
            read = parse(Document(url="https://feed.example/", body=body))
            for one in read.entries if isinstance(read, ParsedFeed) else ():
                if one.published_at and one.published_at >= datetime(2024, 11, 30, tzinfo=UTC):
                    key = (row["feed_title"], one.title)
                    found[key] = Report(
                        item_id=f"{key[0]}/{key[1]}",
                        source=key[0],
                        title=one.title,
                        summary=one.summary,
                        at=one.published_at,
                    )
    return sorted(found.values(), key=lambda one: (one.at, one.item_id))


def _real_telling(one: Report) -> Telling:
    address = f"https://x.example/{one.item_id}"
    return Telling(
        source=Source(title=one.title, url=address, feed=one.source, owner=one.source, kind="news"),
        summary=one.summary,
        language="en",
        first_seen_at=one.at,
        published_at=one.at,
        backlog=False,
        tags=(),
    )


def main() -> None:
    """Print all figures."""
    sums: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for seed in (1, 2, 3, 4, 5, 6):
        joined, vouched = claims(seed, weeks=range(96, 102))
        known = "weights taken from it" if seed in {4, 5, 6} else "not looked at"
        sums["joined", known] += joined
        sums["vouched", known] += vouched
    for known in ("not looked at", "weights taken from it"):
        print(f"three worlds, {known}")
        print("   " + in_words("as joined", sums["joined", known]))
        print("   " + in_words("vouched for", sums["vouched", known]))
    for folder in map(Path, (one for one in sys.argv[1:] if not one.startswith("-"))):
        shown = shown_in(folder)
        sizes = Counter(min(len(one.claimed), MANY) for one in shown)
        print(f"{folder}: {len(shown)} stories shown, {sizes[1]} of one publisher")
        print("   " + in_words("shown", shown))
    if PAIRS.is_file():
        print(pairs())
        if "--real" in sys.argv:
            print("\n".join(real()))


if __name__ == "__main__":
    main()
