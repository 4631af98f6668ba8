"""Deciding about new words from their page: one click, then what it does; and one to take it back."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from trendwatch.errors import NotFound
from trendwatch.pipeline.vocabulary import (
    accept_term,
    dismiss_term,
    learnt_words,
    reach_of,
    reach_words,
    take_back,
    waiting,
)
from trendwatch.trends.ngrams import fold
from trendwatch.web.looks import page
from trendwatch.web.parts import Given

router = APIRouter()


@router.get("/trends/words/{term}")
def decided(term: str, parts: Given) -> Response:
    """Show what was decided about a word, and what it does to the latest items."""
    config, known = parts.config(), fold(term)
    verdict = next((one for one in parts.store.terms.verdicts() if one.term == known), None)
    if verdict is None:
        raise NotFound("decision on the word", term[:100], hint="/trends shows the new words")
    names = config.taxonomy.names()
    values: dict[str, object] = {"verdict": verdict, "label": names.get(verdict.label, verdict.label)}
    waits = bool(waiting(parts.store, [verdict]))
    if verdict.label in names:
        reach = reach_of(parts.store, config, verdict.form, label=verdict.label)
        values["reach"] = (reach_words if waits else learnt_words)(reach, names)
    return page("new_word.html", {"here": "trends", "waits": waits, **values})


@router.post("/trends/words/{term}/to/{label}")
def accept(term: str, label: str, parts: Given) -> Response:
    """Make a word a term of a label."""
    accept_term(parts.store, parts.config(), term, label=label, by="page", now=parts.clock())
    return RedirectResponse(f"/trends/words/{quote(term, safe='')}", status_code=303)


@router.post("/trends/words/{term}/dismiss")
def dismiss(term: str, parts: Given) -> Response:
    """Never tell a word again."""
    dismiss_term(parts.store, parts.config(), term, by="page", now=parts.clock())
    return RedirectResponse("/trends#new-words", status_code=303)


@router.post("/trends/words/{term}/undo")
def undo(term: str, parts: Given) -> Response:
    """Take a decision back."""
    take_back(parts.store, parts.config(), term, by="page", now=parts.clock())
    return RedirectResponse("/trends#new-words", status_code=303)
