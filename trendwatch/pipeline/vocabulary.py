"""What people make of new words: a word becomes a term of a label, or is none of our business.

A word that is accepted is laid over the taxonomy, as a term that is evidence enough alone, and is exported
with it; the next model is trained with it and counts the last months anew. Neither is told as new again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from trendwatch.config import Config
from trendwatch.config.overlays import lay_over
from trendwatch.config.taxonomy import Known, read_taxonomy
from trendwatch.errors import ConfigError, NotFound
from trendwatch.store import Store
from trendwatch.store.overlays import values_of
from trendwatch.text import clean
from trendwatch.trends.ngrams import fold
from trendwatch.types.tags import Label
from trendwatch.types.trends import TermVerdict
from trendwatch.types.work import Overlay


def accept_term(
    store: Store, config: Config, term: str, *, label: str, by: str, now: datetime
) -> TermVerdict:
    """Make a word a term of a label.

    Raises:
        ConfigError: it is no word, there is no such label, or the label would not be valid with it.
    """
    verdict = _verdict(term, label=label, by=by, now=now)
    complaint = Known(config.tables.labels).full_complaint(label)
    if complaint:
        raise ConfigError(complaint)
    _lay(store, config, label, strong=lambda strong: _with(strong, verdict.form), by=by, now=now)
    store.terms.decide(verdict)
    return verdict


def dismiss_term(store: Store, term: str, *, by: str, now: datetime) -> TermVerdict:
    """Never tell a word again.

    Raises:
        ConfigError: it is no word.
    """
    verdict = _verdict(term, label="", by=by, now=now)
    store.terms.decide(verdict)
    return verdict


def take_back(store: Store, config: Config, term: str, *, by: str, now: datetime) -> TermVerdict:
    """Forget a decision; a term that was added to a label leaves it.

    Raises:
        NotFound: nothing was decided about it.
        ConfigError: the label would not be valid without it.
    """
    verdict = next((one for one in store.terms.verdicts() if one.term == fold(term)), None)
    if verdict is None:
        raise NotFound("verdict on term", term[:100], hint="trendwatch terms list shows them")
    if verdict.label and any(label.full_key == verdict.label for label in config.taxonomy.labels):
        _lay(
            store, config, verdict.label, strong=lambda strong: _without(strong, verdict.form), by=by, now=now
        )
    store.terms.forget(verdict.term)
    return verdict


def _verdict(term: str, *, label: str, by: str, now: datetime) -> TermVerdict:
    """Return a decision on a term, whatever way it was written.

    Raises:
        ConfigError: there is no word in it.
    """
    form = clean(term).lower()
    if not fold(form):
        raise ConfigError(f"{term[:50]!r} is no word")
    return TermVerdict(term=fold(form), form=form, label=label, decided_at=now, decided_by=by)


def _with(terms: Sequence[str], term: str) -> list[str]:
    return list(terms) if term in terms else [*terms, term]


def _without(terms: Sequence[str], term: str) -> list[str]:
    return [one for one in terms if one != term]


def _lay(
    store: Store,
    config: Config,
    label: str,
    *,
    strong: Callable[[Sequence[str]], list[str]],
    by: str,
    now: datetime,
) -> None:
    """Lay the terms of a label over the files, made of those it has then, unless it would be wrong."""

    def overlay(values: Mapping[str, object]) -> Overlay:
        return Overlay(kind="label", key=label, values=values, changed_at=now, changed_by=by)

    def change(seen: Sequence[Overlay]) -> list[Overlay]:
        earlier = values_of(seen, "label", label)
        terms = strong(_label(config, overlay(earlier)).strong)
        changed = overlay({**earlier, "strong": terms})
        _label(config, changed)
        return [changed]

    store.overlays.change(change)


def _label(config: Config, overlay: Overlay) -> Label:
    """Return a label as an overlay makes it.

    Raises:
        ConfigError: it would not be valid.
    """
    problems: list[ConfigError] = []
    found = read_taxonomy(lay_over(config.tables, [overlay], problems).labels, problems)
    if problems:
        raise ConfigError("; ".join(problem.message for problem in problems))
    return next(label for label in found.labels if label.full_key == overlay.key)
