"""Deciding about new words from their page: one click, then back to where it was made."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from trendwatch.pipeline.vocabulary import accept_term, dismiss_term
from trendwatch.web.parts import Given

router = APIRouter()


@router.post("/trends/words/{term}/to/{label}")
def accept(term: str, label: str, parts: Given) -> Response:
    """Make a word a term of a label."""
    accept_term(parts.store, parts.config(), term, label=label, by="page", now=parts.clock())
    return RedirectResponse("/trends#new-words", status_code=303)


@router.post("/trends/words/{term}/dismiss")
def dismiss(term: str, parts: Given) -> Response:
    """Never tell a word again."""
    dismiss_term(parts.store, term, by="page", now=parts.clock())
    return RedirectResponse("/trends#new-words", status_code=303)
