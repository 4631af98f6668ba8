"""Whatever happens in which order, tags, listed stories and counts say the same, and so does a rebuild.

News, batches, words of operators and their undoing (also in the middle of a batch, a move or a judgement),
new model versions, stories merged and split, weeks judged, labels tried, a business erased: after each the
rows are read plainly and worked out again. ``TRENDWATCH_CORRECTION_RUNS=600`` is the whole campaign.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, text

from tests.seeds import LEASE, NOW, a_feed, a_model, a_taxonomy, an_item, claim_on, keep
from tests.steps import Clock, a_memory, analyse_all, rule_tagger
from trendwatch.errors import InputError
from trendwatch.pipeline.correct import correct, take_back
from trendwatch.pipeline.mending import mend_stories
from trendwatch.pipeline.understand import understand
from trendwatch.store import Store
from trendwatch.store.countedtags import counted_reports
from trendwatch.store.counting import DAY_COLUMNS
from trendwatch.store.engine import reading
from trendwatch.store.items import Filter
from trendwatch.store.models import model_seq
from trendwatch.store.statements import table
from trendwatch.store.tables import StoryRow
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.trial import try_label
from trendwatch.trends.tally import Tally
from trendwatch.types.identity import stable_id
from trendwatch.types.stories import CountedReport, Mend
from trendwatch.types.tags import Facet, Label, Taxonomy
from trendwatch.types.weeks import week_number

RUNS = int(os.environ.get("TRENDWATCH_CORRECTION_RUNS", "15"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEEDS = ("gazette", "herald", "wire")
#: Events: what the taggers find in their reports overlaps.
TITLES = (
    "Drone over the farm counts ripe apples in every orchard",
    "Sensor and drone keep a shop in Bremen supplied",
    "Supermarket sensor warns of warm milk in Evora",
    "Rain all week in Tampere",
)
TELLINGS = ("", ", says a grower", " without a drone or sensor to help")
FACETS = st.lists(st.sampled_from(list(Facet)), unique=True, max_size=2)
LABELS = st.lists(
    st.sampled_from(["area:drones", "area:iot", "sector:agriculture", "sector:retail"]),
    unique=True,
    max_size=2,
)
KEYS = (
    "*",
    "area:drones",
    "area:iot",
    "sector:agriculture",
    "sector:retail",
    "area:drones|sector:agriculture",
)
PICK = st.integers(0, 999)
#: Where a word may fall into the work of a step: right before one of these.
MOMENTS = (
    *(("understanding", name) for name in ("waiting", "times_counted", "write")),
    *(("story_mends", name) for name in ("members", "write")),
    *(("trends", "waits_before"), ("trends", "write"), ("models", "promote_if_caught_up")),
)


@cache
def template() -> Path:
    """Return a migrated file to copy."""
    path = Path(tempfile.mkdtemp()) / "migrated.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@cache
def narrow_tagger() -> Tagger:
    """Return one that misses what the other finds, as another model does."""
    labels = [one for one in a_taxonomy().labels if one.key != "iot"]
    return Tagger.rules(Taxonomy(tuple(labels)))


TAGGERS = (rule_tagger, narrow_tagger)


class Corrections(RuleBasedStateMachine):
    """A store, what is done to it, and what must hold of it after each deed."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.store = Store.open(f"sqlite:///{shutil.copy(template(), self.folder / 'trendwatch.db')}")
        self.store.feeds.sync([a_feed(key) for key in FEEDS])
        self.clock = Clock(NOW)
        self.memory = a_memory()
        self.items: list[str] = []
        self.texts: dict[str, str] = {}
        self.taggers: dict[str, Tagger] = {}
        self.adopt(0)
        for event in (0, 1, 2):
            self.news(event, 0, feed=event, late=0)
        self.read()

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        try:
            self.rebuild()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(
        event=st.integers(0, 3),
        telling=st.integers(0, 2),
        feed=st.integers(0, 2),
        late=st.sampled_from((0, 0, 0, 5, 30, 24 * 8)),
    )
    def news(self, event: int, telling: int, *, feed: int, late: int) -> None:
        """A report comes, or is back-log of some hours ago."""
        self.tell(TITLES[event] + TELLINGS[telling], feed=feed, late=late)

    def tell(self, title: str, *, feed: int, late: int) -> None:
        now = self.clock.pass_by(HOUR)
        published = now - late * HOUR
        of = {"feed": FEEDS[feed], "title": title, "published_at": published, "backlog": late > 0}
        item = an_item(len(self.items), at=now, **of)
        keep(self.store, [item], at=now)
        self.items.append(item.id)
        self.texts[item.id] = title

    @rule(again=st.booleans())
    def read(self, again: bool = True) -> None:
        """Understand what waits; perhaps by a process that has just started."""
        if again:
            self.memory = a_memory()
        self.memory.taggers = dict(self.taggers)
        understand(self.store, a_taxonomy(), clock=self.clock, lease=LEASE, memory=self.memory)

    @rule(pick=PICK, add=LABELS, remove=LABELS, none=FACETS)
    def say(self, pick: int, add: Sequence[str], remove: Sequence[str], none: Sequence[Facet]) -> None:
        """An operator says something of an item."""
        judged = self.judged_counts()
        item = self.items[pick % len(self.items)]
        try:
            correct(
                self.store, a_taxonomy(), item, add=add, remove=remove, none=none, by="ada", now=self.clock()
            )
        except InputError:
            return  # it contradicts itself
        assert self.judged_counts() == judged

    @rule(pick=PICK, facets=FACETS)
    def undo(self, pick: int, facets: Sequence[Facet]) -> None:
        """An operator takes back what was said."""
        judged = self.judged_counts()
        said = [one.item_id for one in self.store.corrections.all()]
        if said:
            take_back(self.store, said[pick % len(said)], facets=facets)
        assert self.judged_counts() == judged

    @rule(moment=st.sampled_from(MOMENTS), pick=PICK, feed=st.integers(0, 2), none=FACETS, back=st.booleans())
    def say_meanwhile(
        self, moment: tuple[str, str], pick: int, feed: int, none: Sequence[Facet], back: bool
    ) -> None:
        """Something is said of an item, or taken back, in the middle of work on another of its event."""
        part, name = getattr(self.store, moment[0]), moment[1]
        item = self.items[pick % len(self.items)]
        real, todo = getattr(part, name), [True]

        def method(*arguments: Any, **more: Any) -> Any:
            if todo:
                todo.pop()
                if back:
                    take_back(self.store, item)
                else:
                    correct(self.store, a_taxonomy(), item, none=none or ["area"], by="bob", now=self.clock())
            return real(*arguments, **more)

        self.tell(self.texts[item], feed=feed, late=0)
        setattr(part, name, method)
        try:
            if moment[0] == "trends":
                self.judge(1)
            elif moment[0] == "story_mends":
                self.split(pick)
                self.merge(pick, pick + 1)
            else:
                self.read(False)
        finally:
            delattr(part, name)

    @precondition(lambda self: len(self.taggers) < 5)
    @rule(which=st.integers(0, 1))
    def adopt(self, which: int) -> None:
        """A new version begins to understand everything."""
        version = f"v{len(self.taggers)}"
        self.taggers[version] = TAGGERS[which]()
        self.store.models.adopt(a_model(version), since=NOW - 400 * DAY)

    @rule(pick=PICK, other=PICK)
    def merge(self, pick: int, other: int) -> None:
        """Two stories turn out to be one."""
        stories = sorted({story for story in self.stories().values() if story})
        before, after = stories[pick % len(stories)], stories[other % len(stories)]
        moved = tuple(item for item, story in self.stories().items() if story == before)
        if before != after:
            self.mend(Mend(before=before, after=after, items=moved, merged=True))

    @rule(pick=PICK)
    def split(self, pick: int) -> None:
        """A story turns out to be two."""
        stories = self.stories()
        wide = [story for story, told in Counter(stories.values()).items() if story and told > 1]
        if wide:
            before = wide[pick % len(wide)]
            mine = [item for item, story in stories.items() if story == before]
            part = mine[1 + pick % (len(mine) - 1) :]
            self.mend(Mend(before=before, after=stable_id("story", part[0]), items=tuple(part), merged=False))

    def mend(self, what: Mend) -> None:
        claim = claim_on(self.store, "understand", "all", at=self.clock())
        versions = [model.version for model in self.store.models.live()]
        if what.after != what.before:
            mend_stories(self.store, [what], versions=versions, claim=claim, now=self.clock())
        self.store.leases.release(claim)
        self.memory.open = None

    @rule(weeks=st.integers(1, 2))
    def judge(self, weeks: int) -> None:
        """A week ends and is judged."""
        analyse_all(self.store, now=self.clock.pass_by(weeks * 7 * DAY))

    @rule()
    def leave_alone(self) -> None:
        """A label is tried and a business erased: nothing that counts changes."""
        before = self.dump()
        shown = self.store.items.search(Filter(), limit=99).items
        label = Label(facet=Facet.AREA, key="iot", name="IoT", meaning="x", strong=("rain",))
        try_label(label, rule_tagger(), shown)
        self.store.erasure.erase("corner_bakery", now=self.clock())
        assert self.dump() == before

    @rule()
    def rebuild(self) -> None:
        """Another version of the same tagger begins anew: where no week is judged, it says the same."""
        self.read(True)
        current = self.store.models.current()
        assert current is not None
        version = f"v{len(self.taggers)}"
        self.taggers[version] = self.taggers[current.version]
        judged = self.store.trends.last_analysed(current.version) is not None
        before, shown = self.counts(current.version), self.shown()
        self.store.models.adopt(a_model(version), since=NOW - 400 * DAY)
        self.read(True)
        assert self.store.models.current() == self.store.models.get(version)
        assert self.shown() == shown
        if not judged:
            assert self.counts(version) == before

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "store"):
            return
        for model in self.store.models.live():
            reports = self.reports(model.version)
            self.check_counts(model.version, reports)
            self.check_lists(model.version, reports)
            self.check_tags(model.version, reports)

    def check_counts(self, version: str, reports: Sequence[CountedReport]) -> None:
        """What is counted is what its reports come to, each of them once."""
        tally = Tally.of(reports)
        days = {(key, week, DAY_COLUMNS[day]): n for (key, week, day), n in tally.day_counts.items()}
        assert self.counts(version) == (
            {at: n for at, n in {**tally.story_counts}.items() if n},
            {at: n for at, n in days.items() if n},
            {at: n for at, n in tally.report_counts.items() if n},
            {at: n for at, n in tally.first_counts.items() if n},
        )

    def check_lists(self, version: str, reports: Sequence[CountedReport]) -> None:
        """What is listed under a number is what is counted in it."""
        window = {"since": NOW - 400 * DAY, "until": NOW + 400 * DAY}
        for key in KEYS[1:]:
            listed, _ = self.store.trends.stories(version, key, **window, limit=99)
            assert sorted(listed) == sorted(
                {one.story_id for one in reports if {*key.split("|")} <= {*one.labels}}
            )

    def check_tags(self, version: str, reports: Sequence[CountedReport]) -> None:
        """Tags are the model's, or what operators say; struck ones do not count where no week is judged."""
        words = {one.item_id: one for one in self.store.corrections.all()}
        own, current = self.own(version), self.store.models.current()
        last = self.store.trends.last_analysed(version)
        closed = {one.story_id for one in reports if last is not None and week_number(one.at) <= last}
        for one in reports:
            [found] = self.taggers[version].tag([(self.texts[one.item_id], "")])
            assert own.get(one.item_id, set()) == {tag.full_key for tag in found}
            word = words.get(one.item_id)
            struck = {
                tag.full_key
                for tag in found
                if word and tag.facet in word.facets and tag.full_key not in word.labels
            }
            if one.story_id not in closed:
                assert {*one.labels} == {tag.full_key for tag in found} - struck
            shown = {tag.full_key for tag in found if not word or tag.facet not in word.facets}
            if current is not None and current.version == version:
                tags = {tag.full_key for tag in self.store.items.get(one.item_id).tags}
                assert tags == shown | (word.labels if word else set())

    def reports(self, version: str) -> list[CountedReport]:
        with reading(self.store._engine) as connection:
            every = select(table(StoryRow).c.seq)
            return counted_reports(connection, every, model=model_seq(version))

    def counts(self, version: str) -> tuple[dict[Any, int], ...]:
        """Return stories by week and by day, reports and those told first: what is not nought."""
        with reading(self.store._engine) as connection:
            of = {"version": version}
            series = (
                connection.execute(
                    text(
                        "SELECT series.* FROM series JOIN model ON model.seq = model_seq"
                        " WHERE version = :version"
                    ),
                    of,
                )
                .mappings()
                .all()
            )
            reports = (
                connection.execute(
                    text(
                        "SELECT reports.*, feed.key AS feed FROM reports JOIN model ON model.seq = model_seq"
                        " JOIN feed ON feed.seq = feed_seq WHERE version = :version"
                    ),
                    of,
                )
                .mappings()
                .all()
            )
        return (
            {(row["key"], row["week"]): row["stories"] for row in series if row["stories"]},
            {(row["key"], row["week"], day): row[day] for row in series for day in DAY_COLUMNS if row[day]},
            {(row["key"], row["week"], row["feed"]): row["reports"] for row in reports if row["reports"]},
            {(row["key"], row["week"], row["feed"]): row["stories"] for row in reports if row["stories"]},
        )

    def judged_counts(self) -> list[tuple[dict[Any, int], ...]]:
        """Return what is counted in weeks that are judged."""
        found = []
        for model in self.store.models.live():
            last = self.store.trends.last_analysed(model.version) or 0
            counts = self.counts(model.version)
            found.append(tuple({at: n for at, n in one.items() if at[1] <= last} for one in counts))
        return found

    def own(self, version: str) -> dict[str, set[str]]:
        """Return the version's own tags by item, shown or aside, as the rows have them."""
        query = """
            SELECT item.id, facet || ':' || label FROM tag JOIN item ON item.seq = item_seq
            JOIN model ON model.seq = model_seq WHERE version = :version AND origin != 'operator'
            UNION SELECT item.id, facet || ':' || label FROM overruled JOIN item ON item.seq = item_seq
            JOIN model ON model.seq = model_seq WHERE version = :version
        """
        found: dict[str, set[str]] = {}
        with reading(self.store._engine) as connection:
            for item, key in connection.execute(text(query), {"version": version}):
                found.setdefault(item, set()).add(key)
        return found

    def stories(self) -> dict[str, str]:
        return {one.item.id: one.story_id for one in self.store.items.by_id(self.items)}

    def shown(self) -> dict[str, set[tuple[str, str]]]:
        found = self.store.items.by_id(self.items)
        return {one.item.id: {(tag.full_key, str(tag.origin)) for tag in one.tags} for one in found}

    def dump(self) -> list[Any]:
        names = ("tag", "overruled", "judged", "series", "reports", "counted", "story", "item")
        with reading(self.store._engine) as connection:
            return [
                sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
                for name in names
            ]


Corrections.TestCase.settings = settings(
    max_examples=RUNS,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestCorrections = Corrections.TestCase
