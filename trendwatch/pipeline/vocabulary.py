"""What people make of new words: a word becomes a term of a label, or is none of our business.

A word that is accepted is laid over the taxonomy, as a term that is evidence enough alone, and is exported
with it; the next model is trained with it and counts the last months anew. Neither is told as new again.
Who decides again takes the earlier decision back in the same transaction: a word is in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trendwatch.config import Config
from trendwatch.config.labels import changed_label, in_force, with_accepted, with_label
from trendwatch.config.taxonomy import Known
from trendwatch.config.termcheck import spelt
from trendwatch.config.termlists import accepted_of
from trendwatch.errors import ConfigError, NotFound
from trendwatch.pipeline.label_changes import LATEST
from trendwatch.pipeline.taggers import load_current
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.store.models import CURRENT
from trendwatch.store.overlays import values_of
from trendwatch.tagging.weak import Matcher
from trendwatch.text import STOP_WORDS, clean
from trendwatch.trends.ngrams import fold
from trendwatch.trends.ordinary import ORDINARY, PLAIN
from trendwatch.types.tags import Label, TaggedItem, Taxonomy
from trendwatch.types.trends import TermVerdict
from trendwatch.types.work import Overlay

_STRENGTHS = ("strong", "weak", "anti")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a word does as a term of a label, on the latest items."""

    #: full keys of other labels that have the term, and as what: strong, weak or anti
    others: tuple[tuple[str, str], ...]
    #: items looked at, those in languages not covered left out
    items: int
    #: of these: say the word
    saying: int
    #: have the label now
    before: int
    #: would have it with the term
    after: int
    #: stories among the items that get it
    stories: int


def accept_term(
    store: Store, config: Config, term: str, *, label: str, by: str, now: datetime
) -> TermVerdict:
    """Make a word a term of a label; a label that it was made a term of before loses it.

    Raises:
        ConfigError: it is no word or an empty one, there is no such label, or the label would not be valid
            with it.
    """
    verdict = _verdict(term, label=label, by=by, now=now)
    complaint = Known(config.tables.labels).full_complaint(label) or _empty(verdict.form)
    if complaint:
        raise ConfigError(complaint)
    _settle(store, config, verdict.term, verdict=verdict, by=by, now=now)
    return verdict


def dismiss_term(store: Store, config: Config, term: str, *, by: str, now: datetime) -> TermVerdict:
    """Never tell a word again; a label that it was made a term of loses it.

    Raises:
        ConfigError: it is no word, or a label would not be valid without it.
    """
    verdict = _verdict(term, label="", by=by, now=now)
    _settle(store, config, verdict.term, verdict=verdict, by=by, now=now)
    return verdict


def take_back(store: Store, config: Config, term: str, *, by: str, now: datetime) -> TermVerdict:
    """Forget a decision; a term that it added to a label leaves it, one that was there before stays.

    Raises:
        NotFound: nothing was decided about it.
        ConfigError: the label would not be valid without it.
    """
    verdict = next((one for one in store.terms.verdicts() if one.term == fold(term)), None)
    if verdict is None:
        raise NotFound("verdict on term", term[:100], hint="trendwatch terms list shows them")
    _settle(store, config, verdict.term, verdict=None, by=by, now=now)
    return verdict


def reach_of(store: Store, config: Config, form: str, *, label: str) -> Reach:
    """Return what a word does as a term of a label that has it.

    Raises:
        ConfigError: there is no such label.
    """
    changes = values_of(store.overlays.list(), "label", label)
    with_term, taxonomy = with_label(config, label, changes, instead=True)
    words = spelt(form)
    others = [
        (one.full_key, name)
        for one in taxonomy.labels
        for name in _STRENGTHS
        if one.full_key != label and words in map(spelt, getattr(one, name))
    ]
    items = _latest(store)
    saying = _saying(with_term, form, items)
    found = load_current(store, taxonomy).tag([(one.item.title, one.item.summary) for one in saying])
    had = {one.item.id for one in items if label in {tag.full_key for tag in one.tags}}
    gets = [
        one
        for one, tags in zip(saying, found, strict=True)
        if one.item.id not in had and label in {tag.full_key for tag in tags}
    ]
    return Reach(
        others=tuple(others),
        items=len(items),
        saying=len(saying),
        before=len(had),
        after=len(had) + len(gets),
        stories=len({one.story_id or one.item.id for one in gets}),
    )


def reach_words(reach: Reach, names: Mapping[str, str]) -> str:
    """Return the same in words, for people.

    Args:
        reach: of a word
        names: of labels, by full key
    """
    first = (
        f"of the latest {reach.items} items {reach.saying} say it; {reach.before} have the label now, "
        f"{reach.after} would with it: {reach.after - reach.before} more items, {reach.stories} past stories"
    )
    return "; ".join([first, *_elsewhere(reach, names)])


def _elsewhere(reach: Reach, names: Mapping[str, str]) -> list[str]:
    how = {"strong": "too", "weak": "as a weak term", "anti": "as a term against"}
    return [f"{names.get(key, key)} has it {how[name]}" for key, name in reach.others]


def learnt_words(reach: Reach, names: Mapping[str, str]) -> str:
    """Return what a word is to a label that has learnt it, in words: of now, not of what would be.

    Args:
        reach: of a word that the current model knows
        names: of labels, by full key
    """
    said = f"of the latest {reach.items} items {reach.saying} say it; {reach.before} have the label"
    return "; ".join([said, *_elsewhere(reach, names)])


def waiting(store: Store, verdicts: Iterable[TermVerdict]) -> set[str]:
    """Return the words that were accepted and are not learnt by the current model yet."""
    model = next((made for _, state, made in store.models.versions() if state == CURRENT), None)
    return {one.term for one in verdicts if one.label and (model is None or model <= one.decided_at)}


def _latest(store: Store) -> list[TaggedItem]:
    """Return the latest items in languages that are covered."""
    items = store.items.search(Filter(), limit=LATEST).items
    version = next((version for version, state, _ in store.models.versions() if state == CURRENT), "")
    uncovered = store.uncovered.languages_of(version, [one.item.id for one in items])
    return [one for one in items if one.item.id not in uncovered]


def _saying(label: Label, form: str, items: Sequence[TaggedItem]) -> list[TaggedItem]:
    alone = Matcher(Taxonomy((replace(label, strong=(form,), weak=(), anti=()),)))
    return [one for one in items if alone.hits(one.item.title, one.item.summary)]


def _verdict(term: str, *, label: str, by: str, now: datetime) -> TermVerdict:
    """Return a decision on a term, whatever way it was written.

    Raises:
        ConfigError: there is no word in it.
    """
    form = clean(term).lower()
    if not fold(form):
        raise ConfigError(f"{term[:50]!r} is no word")
    return TermVerdict(term=fold(form), form=form, label=label, decided_at=now, decided_by=by)


def _empty(form: str) -> str:
    """Return why a word cannot tell what a text is about, "" where it may."""
    words = form.split()
    alone = PLAIN if len(words) == 1 else frozenset()
    if all(word in STOP_WORDS or word in ORDINARY or word in alone or word.isdigit() for word in words):
        return f"{form!r} stands in texts about anything: it can be no term of a label"
    return ""


def _settle(
    store: Store, config: Config, term: str, *, verdict: TermVerdict | None, by: str, now: datetime
) -> None:
    """Keep a decision instead of an earlier one, with what both change of labels."""

    def made_of(
        seen: Sequence[Overlay], said: Sequence[TermVerdict]
    ) -> tuple[list[Overlay], TermVerdict | None]:
        earlier = next((one for one in said if one.term == term), None)
        known = {label.full_key for label in config.taxonomy.labels}
        touched = {one.label for one in (earlier, verdict) if one is not None and one.label} & known
        changes = []
        for label in sorted(touched):
            form = verdict.form if verdict is not None and verdict.label == label else ""
            before = values_of(seen, "label", label)
            forms = [one.form for one in said if one.label == label]
            values = _changed(config, label, before, forms=forms, term=term, form=form)
            if values != before:
                changes.append(Overlay(kind="label", key=label, values=values, changed_at=now, changed_by=by))
        return changes, verdict

    store.terms.settle(term, made_of)


def _changed(
    config: Config, label: str, earlier: Mapping[str, object], *, forms: Sequence[str], term: str, form: str
) -> dict[str, object]:
    """Return the change of a label without a word, or with a form of it, unless it would be wrong."""
    changes = changed_label(config, label, earlier, given={}, accepted=forms)
    before = accepted_of(changes)
    accepted = [one for one in before if fold(one) != term or one == form]
    others = in_force(config, label, with_accepted(changes, accepted))
    if form and form not in accepted and not _has(others, form):
        accepted.append(form)
    changes = with_accepted(changes, accepted)
    in_force(config, label, changes)
    return changes


def _has(label: Label, form: str) -> bool:
    """Tell whether a label has a term for itself already.

    Raises:
        ConfigError: it has it against itself.
    """
    words = spelt(form)
    if words in map(spelt, label.anti):
        raise ConfigError(f"{form!r} is a term against {label.full_key}; take it out there first")
    return words in map(spelt, label.strong)
