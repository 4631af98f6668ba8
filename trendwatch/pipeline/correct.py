"""Correct tags:  a pick of items | ask;  what readers doubt, what was asked | list;  what is said | keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trendwatch.errors import InputError
from trendwatch.pipeline.doubts import doubted
from trendwatch.store import Store
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
    first = [
        Question(one.tagged, waiting.pop(one.tagged.item.id, Asked.READERS), one.doubts)
        for one in doubted(store, now=now, count=count)
    ]
    return first + [Question(tagged, waiting[tagged.item.id]) for tagged in store.items.by_id(list(waiting))]


def correct(
    store: Store,
    taxonomy: Taxonomy,
    item_id: str,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    none: Collection[str] = (),
    by: str,
    now: datetime,
) -> Correction:
    """Keep what an operator says of an item's tags.

    Labels are full keys. A facet that is named in any of them is judged as a whole: what it was tagged with
    besides is right. With nothing said, all tags are right; so are those of the other facets of an item that
    the queue asked about, which was shown whole: else only what is wrong would be counted, and precision told
    too low. What was said of other facets before stays.

    Args:
        store: keeps it.
        taxonomy: the labels there are.
        item_id: of the item.
        add: labels it should have; their parents come with them.
        remove: labels it should not have; their children go with them.
        none: facets of which it should have no label.
        by: who says so.
        now: when.

    Raises:
        NotFound: there is no such item.
        InputError: there is no such label or facet, or one is both added and removed, or none is to be there.
    """
    tagged = store.items.get(item_id)
    _check(taxonomy, add=add, remove=remove, none=none)
    said = {Facet(_facet(key)) for key in (*add, *remove)} | set(map(Facet, none))
    before = {tag.full_key for tag in tagged.tags if tag.facet not in none}
    gone = {key for key in before if set(remove) & set(_with_parents([key], taxonomy))}
    after = (before - gone) | set(_with_parents(add, taxonomy))
    earlier = store.corrections.of(item_id)
    whole = not said or store.corrections.was_asked(item_id)
    facets = said | (set(Facet) - (earlier.facets if earlier else set()) if whole else set())
    correction = Correction(
        item_id=item_id,
        title=tagged.item.title,
        summary=tagged.item.summary,
        labels=frozenset(key for key in after if _facet(key) in facets),
        facets=frozenset(facets),
        made_at=now,
    )
    store.corrections.put(correction, by=by)
    return store.corrections.of(item_id) or correction


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
            raise InputError(f"there is no label {key!r}; write it like area:drones")
    _check_facets(none)
    if clash := set(_with_parents(add, taxonomy)) & set(remove):
        raise InputError(f"{', '.join(sorted(clash))} cannot be added and removed")
    if both := sorted(key for key in add if _facet(key) in none):
        raise InputError(f"{', '.join(both)} cannot be added where none of its facet fits")


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
