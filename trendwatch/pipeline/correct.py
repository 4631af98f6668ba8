"""Correct tags:  a pick of items | ask;  what readers doubt, what was asked | list;  what is said | keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trendwatch.config.hints import did_you_mean
from trendwatch.errors import InputError
from trendwatch.pipeline.doubts import doubted
from trendwatch.store import Store
from trendwatch.store.corrections import Standing
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.queue import pick
from trendwatch.types.tags import Asked, Correction, Doubt, Facet, TaggedItem, Taxonomy
from trendwatch.types.weeks import week_number, week_start

#: Questions a week.
WEEKLY = 25
#: Items they are picked from: the latest of so long.
WINDOW = timedelta(days=14)
_FROM = 5_000


@dataclass(frozen=True, slots=True)
class Question:
    """An item whose tags an operator is asked to judge."""

    tagged: TaggedItem
    why: Asked
    #: labels of it that readers say are wrong
    doubts: tuple[Doubt, ...] = ()
    #: facets that were judged before
    judged: frozenset[Facet] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """What an operator was shown of an item before saying something of it."""

    #: full keys
    labels: frozenset[str]
    #: facets that somebody had judged
    judged: frozenset[Facet] = frozenset()


@dataclass(frozen=True, slots=True)
class _Word:
    """What an operator says: see ``correct``."""

    add: Sequence[str]
    remove: Sequence[str]
    none: Collection[str]

    def facets(self) -> set[Facet]:
        return {Facet(_facet(key)) for key in (*self.add, *self.remove)} | set(map(Facet, self.none))

    def strikes(self, key: str, taxonomy: Taxonomy) -> bool:
        return _facet(key) in self.none or bool(set(self.remove) & set(_with_parents([key], taxonomy)))


def ask(store: Store, tagger: Callable[[], Tagger], *, now: datetime, count: int = WEEKLY) -> int:
    """Pick what is to be asked this week, as far as fewer were; return how many were picked.

    Args:
        store: keeps items and questions.
        tagger: loads the current one; called where something is to be picked.
        now: names the week.
        count: questions a week.
    """
    asked = store.corrections.asked_since(week_start(week_number(now)))
    if len(asked) >= count:
        return 0
    items = store.corrections.candidates(now - WINDOW, limit=_FROM)
    if not items:
        return 0
    texts = [(title, summary) for _, title, summary in items]
    picked = pick(tagger(), texts, count, seed=week_number(now), asked=asked)
    store.corrections.ask({items[one.place][0]: one.why for one in picked}, now=now)
    return len(picked)


def queue(store: Store, *, now: datetime, count: int = WEEKLY) -> list[Question]:
    """Return the questions that nobody has answered: what readers doubt, then this week's pick.

    An item picked at random that readers doubt, too, still counts as random.
    """
    waiting = store.corrections.open(week_start(week_number(now)))
    doubts = doubted(store, now=now, count=count)
    judged = store.corrections.judged([one.tagged.item.id for one in doubts])
    first = [
        Question(one.tagged, waiting.pop(item, Asked.READERS), one.doubts, judged.get(item, frozenset()))
        for one in doubts
        for item in [one.tagged.item.id]
    ]
    return first + [Question(tagged, waiting[tagged.item.id]) for tagged in store.items.by_id(list(waiting))]


def question_of(store: Store, item_id: str, *, waiting: Sequence[Question] = ()) -> Question:
    """Return the question about an item: the one that waits, or one that nobody asked.

    Raises:
        NotFound: there is no such item.
    """
    tagged = store.items.get(item_id)
    asked = next((one for one in waiting if one.tagged.item.id == item_id), None)
    judged = store.corrections.judged([item_id]).get(item_id, frozenset())
    return asked or Question(tagged, Asked.OWN, judged=judged)


def correct(
    store: Store,
    taxonomy: Taxonomy,
    item_id: str,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    none: Collection[str] = (),
    seen: Seen | None = None,
    by: str,
    now: datetime,
) -> Correction:
    """Keep what an operator says of an item's tags, and return all that is said of them now.

    Labels are full keys. A facet that is named in any of them is judged as a whole: what it was tagged with
    besides is right. With nothing said, all tags are right; so are those of the other facets of an item that
    the queue asked about, which was shown whole: else only what is wrong would be counted, and precision told
    too low. What was said of other facets before stays.

    It is said of the tags that stand there when it is kept: what others added meanwhile stays.

    Args:
        store: keeps it.
        taxonomy: the labels there are.
        item_id: of the item.
        add: labels it should have; their parents come with them.
        remove: labels it should not have; their children go with them.
        none: facets of which it should have no label.
        seen: what the operator was shown; what contradicts what somebody said since is refused. None: not
            known, the latest word counts.
        by: who says so.
        now: when.

    Raises:
        NotFound: there is no such item.
        InputError: there is no such label or facet, or one is both added and removed, or none is to be there,
            or somebody has said the contrary since.
    """
    _check(taxonomy, add=add, remove=remove, none=none)
    word = _Word(add, remove, none)

    def made_of(standing: Standing) -> Correction:
        said = word.facets()
        whole = not said or standing.asked
        if seen is not None:
            _compare(word, seen, standing, taxonomy=taxonomy, facets=set(Facet) if whole else said)
        kept = {key for key in standing.labels if not word.strikes(key, taxonomy)}
        facets = said | (set(Facet) - standing.judged.keys() if whole else set())
        labels = kept | set(_with_parents(add, taxonomy))
        return Correction(
            item_id=item_id,
            title=standing.title,
            summary=standing.summary,
            labels=frozenset(key for key in labels if _facet(key) in facets),
            facets=frozenset(facets),
            made_at=now,
        )

    return store.corrections.change(item_id, made_of, by=by)


def _compare(
    word: _Word, seen: Seen, standing: Standing, *, taxonomy: Taxonomy, facets: Collection[Facet]
) -> None:
    """Refuse a word on what was seen that is against what somebody has said of it since.

    Raises:
        InputError: it is.
    """
    for facet, by in standing.judged.items():
        was, right = (
            {key for key in keys if _facet(key) == facet} for keys in (seen.labels, standing.labels)
        )
        if facet not in facets or (facet in seen.judged and was == right):
            continue
        told = {key for key in _with_parents(word.add, taxonomy) if _facet(key) == facet}
        told |= {key for key in was if not word.strikes(key, taxonomy)}
        struck = {key for key in right if word.strikes(key, taxonomy)}
        if struck:
            what = f"{', '.join(sorted(struck))} is right"
        elif told & (was - right):
            what = f"{', '.join(sorted(told & (was - right)))} is wrong"
        elif told and not right:
            what = f"nothing of {facet} fits"
        else:
            continue
        raise InputError(f"meanwhile it was said ({by}) that {what}; look at the item again, then say so")


def take_back(store: Store, item_id: str, *, facets: Collection[str] = ()) -> list[Facet]:
    """Forget what was said of some facets of an item, of all where none is named; return which.

    Raises:
        NotFound: there is no such item.
        InputError: there is no such facet.
    """
    _check_facets(facets)
    return store.corrections.undo(item_id, [Facet(facet) for facet in facets] or tuple(Facet))


def described(correction: Correction) -> Mapping[str, Sequence[str]]:
    """Return the labels of each facet judged, for people and programs."""
    return {
        facet.value: sorted(key.partition(":")[2] for key in correction.labels if key.startswith(f"{facet}:"))
        for facet in Facet
        if facet in correction.facets
    }


def _check(taxonomy: Taxonomy, *, add: Sequence[str], remove: Sequence[str], none: Collection[str]) -> None:
    """Refuse what cannot be meant.

    Raises:
        InputError: there is no such label or facet, or what is said contradicts itself.
    """
    names = taxonomy.names()
    for key in (*add, *remove):
        if key not in names:
            raise InputError(f"there is no label {key!r}{_meant(key, names)}")
    _check_facets(none)
    if clash := set(_with_parents(add, taxonomy)) & set(remove):
        raise InputError(f"{', '.join(sorted(clash))} cannot be added and removed")
    if both := sorted(key for key in add if _facet(key) in none):
        raise InputError(f"{', '.join(both)} cannot be added where none of its facet fits")


def _meant(key: str, names: Mapping[str, str]) -> str:
    """Return which label may have been meant: by the key in its facet, by its name, or by a slip."""
    said = key.casefold()
    same = [full for full, name in names.items() if said in {full.partition(":")[2], name.casefold()}]
    hint = f"; did you mean {same[0]!r}?" if same else did_you_mean(key, names)
    return hint or "; write it like area:drones"


def _check_facets(facets: Collection[str]) -> None:
    """Refuse what is no facet.

    Raises:
        InputError: there is no such facet.
    """
    for facet in facets:
        if facet not in set(Facet):
            raise InputError(f"there is no facet {facet!r}; there are {', '.join(Facet)}")


def _facet(key: str) -> str:
    return key.partition(":")[0]


def _with_parents(keys: Sequence[str], taxonomy: Taxonomy) -> list[str]:
    found = []
    for full in keys:
        facet, _, key = full.partition(":")
        found += [full, *(f"{facet}:{parent}" for parent in taxonomy.ancestors(Facet(facet), key))]
    return found
