"""The labels there are, and a new one tried on the items that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from trendwatch.config import Config
from trendwatch.config.labels import find_label, oddities, terms_of
from trendwatch.errors import ConfigError
from trendwatch.pipeline.label_changes import keep_label, trial_of
from trendwatch.tagging.trial import Trial
from trendwatch.types.tags import Facet
from trendwatch.web.facets import FACETS, labels_by_facet
from trendwatch.web.forms import Sent, fields
from trendwatch.web.looks import page
from trendwatch.web.parts import Given

router = APIRouter()

_LISTS = ("strong", "weak", "anti")
#: Weeks shown; the API has all.
_WEEKS = 12
_Line = Annotated[str, Query(max_length=300)]
_Terms = Annotated[str, Query(max_length=20_000)]


@router.get("/tags/labels")
def labels(parts: Given) -> Response:
    """Show all labels with the number of their terms, and where each stands."""
    config = parts.config()
    origins = {label.full_key: config.origin("label", label.full_key) for label in config.taxonomy.labels}
    values = {"facets": labels_by_facet(config.taxonomy), "origins": origins}
    return page("labels.html", {"here": "items", **values})


@router.get("/tags/labels/try")
def try_label(
    *,
    parts: Given,
    facet: Facet = Facet.AREA,
    key: _Line = "",
    name: _Line = "",
    meaning: _Line = "",
    parent: _Line = "",
    strong: _Terms = "",
    weak: _Terms = "",
    anti: _Terms = "",
) -> Response:
    """Show the form, and what a label would tag; nothing is kept. An existing label comes with its terms."""
    config = parts.config()
    typed = {"name": name, "meaning": meaning, "parent": parent, "strong": strong, "weak": weak, "anti": anti}
    full_key = f"{facet}:{key}"
    asked = key and any(typed.values())
    trial, wrong = None, ""
    if asked:
        try:
            trial = trial_of(parts.store, config, full_key, values=_values(typed))
        except ConfigError as error:
            wrong = error.message
    elif full_key in config.tables.labels:
        typed = _written(config, full_key)
    return _form(config, Typed(facet, key, typed), trial=trial, wrong=wrong)


@router.post("/tags/labels/try")
def keep(sent: Sent, parts: Given) -> Response:
    """Keep the label that was tried; what is refused is shown as it was sent."""
    said = {name: values[0] for name, values in fields(sent).items()}
    full_key = f"{said.get('facet', '')}:{said.get('key', '')}"
    typed = {name: said.get(name, "") for name in ("name", "meaning", "parent", *_LISTS)}
    config = parts.config()
    try:
        keep_label(parts.store, config, full_key, values=_values(typed), by="page", now=parts.clock())
    except ConfigError as error:
        sent_as = Typed(said.get("facet", ""), said.get("key", ""), typed)
        return _form(config, sent_as, wrong=error.message, status=422)
    return RedirectResponse("/tags/labels", 303)


@dataclass(frozen=True, slots=True)
class Typed:
    """A label as a form has it."""

    facet: str
    key: str
    #: name, meaning, parent, and terms as they were written
    typed: dict[str, str]


def _form(
    config: Config, form: Typed, *, trial: Trial | None = None, wrong: str = "", status: int = 200
) -> Response:
    values = {
        "facet": form.facet,
        "key": form.key,
        "typed": form.typed,
        "known": f"{form.facet}:{form.key}" in config.tables.labels,
        "trial": trial,
        "wrong": wrong,
        "facets": FACETS,
        "names": config.taxonomy.names(),
        "weeks": trial.weeks[-_WEEKS:] if trial else (),
        "odd": oddities(trial.label) if trial else (),
    }
    return page("label_try.html", {"here": "items", **values}, status=status)


def _values(typed: dict[str, str]) -> dict[str, object]:
    values: dict[str, object] = {name: terms_of(typed[name]) for name in _LISTS}
    return {
        name: " ".join(typed[name].split()) for name in ("name", "meaning", "parent") if typed[name]
    } | values


def _written(config: Config, full_key: str) -> dict[str, str]:
    label = find_label(config, full_key)
    lines = {name: "\n".join(getattr(label, name)) for name in _LISTS}
    return {"name": label.name, "meaning": label.meaning, "parent": label.parent, **lines}
