"""A business's profile as a form, with the digest it would have had and the rules its votes propose.

Works without scripts: one button shows the preview, the other saves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from trendwatch.advice.answers import EFFORTS, QUESTIONS, Answers, profile_of
from trendwatch.advice.rules import effect_words, ground_words, held_words, in_force, parse_rule, rule_words
from trendwatch.advice.taste import learn
from trendwatch.advice.words import counted
from trendwatch.config import Config
from trendwatch.config.businesses import values_of
from trendwatch.errors import AlreadyThere, ConfigError, InputError
from trendwatch.pipeline.changing import (
    EDITABLE,
    LISTS,
    NUMBERS,
    as_number,
    change_business,
    free_key,
    judged,
    new_business,
    new_key,
)
from trendwatch.pipeline.outgoing import check_address, invite
from trendwatch.pipeline.preview import preview
from trendwatch.pipeline.voting import decide, forget_taste, proposals
from trendwatch.types.advice import Business
from trendwatch.types.delivery import Consent
from trendwatch.types.tags import Facet
from trendwatch.types.weeks import DAYS
from trendwatch.web.forms import Form, fields, first
from trendwatch.web.homes import PLACES, guessed
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts

router = APIRouter()

_Asked = Mapping[str, Sequence[str]]
#: Where a form shows boxes it says so: none ticked is an answer too.
_BOXES = ("goals", "areas", "mutes", "follows")
_CHOICES = {
    "frequency": ("weekly", "two_weekly", "monthly", "paused"),
    "quiet_week": ("none", "note", "general"),
    "skills": ("low", "some", "good"),
    "digest_day": tuple(day.lower() for day in DAYS),
}
_LINES = ("tools",)


@router.get("/profile/new")
def asked(parts: Given, request: Request) -> Response:
    """Ask the three questions, with a guess where the business is: by what the browser speaks."""
    home = guessed(request.headers.get("accept-language", ""))
    here = {"region": [home.region], "currency": [home.currency], "timezone": [home.timezone]}
    return _questions(parts, here)


@router.post("/profile/new")
def answered(parts: Given, body: Form = b"") -> Response:
    """Show what answers would bring, or keep them."""
    given = fields(body)
    config, now = parts.config(), parts.clock()
    address, saves = first(given, "email"), first(given, "action") == "save"
    try:
        if address:
            check_address(address)
        values = _answers(given, config)
        name, sector = first(given, "name"), first(given, "sector")
        if saves:
            key = new_key(name, sector, config)
            made = new_business(parts.store, config, key, given=values, by="page", now=now)
            if address:
                invite_to(parts, made, address)
            return RedirectResponse(f"/profile/{quote(made.key)}", 303)
        shown = judged(config, free_key(name, config), values, now=now)
    except (ConfigError, InputError) as error:
        wrong = error.message if isinstance(error, ConfigError) else str(error)
        status = 409 if isinstance(error, AlreadyThere) else 422
        return _questions(parts, given, wrong=wrong, status=status)
    return _questions(parts, given, shown=shown)


def invite_to(parts: Parts, business: Business, address: str) -> None:
    """Ask an address whether it wants the digest of a business."""
    settings = parts.config().settings
    invite(
        parts.store,
        business,
        address,
        site=settings.serve.site,
        mail=settings.mail.channel,
        now=parts.clock(),
    )


def _answers(given: _Asked, config: Config) -> dict[str, object]:
    """Return the values that a form's answers come to, in the words of the files."""
    answers = Answers(
        name=first(given, "name"),
        sector=first(given, "sector"),
        goals=tuple(given.get("goals", [])),
        wants=first(given, "wants"),
        effort=first(given, "effort") or "little",
    )
    where = {name: first(given, name) for name in ("region", "currency", "timezone") if name in given}
    return {**values_of(profile_of(answers, config.taxonomy.labels, key="new_one")), **where}


@router.get("/profile/{business}")
def profile(business: str, parts: Given) -> Response:
    """Show a business's profile, its rules, and the latest digest as it would be now."""
    found = parts.config().business(business[:100])
    return _form(parts, found, found)


@router.post("/profile/{business}")
def change(business: str, parts: Given, body: Form = b"") -> Response:
    """Show what a change would bring, or keep it."""
    config, now = parts.config(), parts.clock()
    found = config.business(business[:100])
    given = fields(body)
    try:
        values = _values(given)
        if first(given, "action") == "save":
            kept = change_business(parts.store, config, found.key, given=values, by="page", now=now)
            return _form(parts, kept, kept, said="Saved.")
        return _form(parts, found, judged(config, found.key, values, now=now))
    except ConfigError as error:
        return _form(
            parts, found, found, sent=_values(given, number=_as_typed), wrong=_in_words(error.message)
        )


@router.post("/profile/{business}/rules")
def rule(business: str, parts: Given, body: Form = b"") -> Response:
    """Accept, decline or undo a rule, or forget what was learnt."""
    given, config, now = fields(body), parts.config(), parts.clock()
    found = config.business(business[:100])
    decision, meant = first(given, "decision"), parse_rule(first(given, "rule"))
    if decision == "forget":
        kept = forget_taste(parts.store, config, found.key, by="page", now=now)
    elif meant is None:
        raise InputError("choose one of the buttons")
    else:
        kept = decide(parts.store, config, found.key, rule=meant, decision=decision, by="page", now=now)
    return _form(parts, kept, kept, said="Saved.")


@router.post("/profile/{business}/readers")
def ask_reader(business: str, parts: Given, body: Form = b"") -> Response:
    """Ask a mail address whether it wants the digest."""
    found = parts.config().business(business[:100])
    address = first(fields(body), "email")
    check_address(address)
    invite_to(parts, found, address)
    said = (
        f"{address} was asked; it gets the digest once it says yes. It is asked at most once in seven days."
    )
    return _form(parts, found, found, said=said)


def _in_words(message: str) -> str:
    """Return a message with the names of fields as words; keys of businesses stay what they are."""
    for name in EDITABLE:
        message = message.replace(name, name.replace("_", " "))
    return message


def _as_typed(_name: str, text: str) -> object:
    return text


def _values(given: _Asked, *, number: Callable[[str, str], object] = as_number) -> dict[str, object]:
    """Return what a form says, in the words of the files.

    Args:
        given: the form.
        number: reads a number.

    Raises:
        ConfigError: a number is none.
    """
    found: dict[str, object] = {}
    shown = first(given, "shown").split()
    for name in EDITABLE:
        if name in _BOXES and name in shown:
            found[name] = list(given.get(name, ()))
        elif name in _LINES and name in shown:
            found[name] = [one.strip() for one in first(given, name).split(",") if one.strip()]
        elif name in given and name not in LISTS:
            found[name] = number(name, first(given, name)) if name in NUMBERS else first(given, name)
    return found


def _questions(
    parts: Parts, given: _Asked, *, wrong: str = "", shown: Business | None = None, status: int = 200
) -> Response:
    taxonomy = parts.config().taxonomy
    values = {
        "questions": QUESTIONS,
        "efforts": EFFORTS,
        "sectors": taxonomy.of(Facet.SECTOR),
        "functions": taxonomy.of(Facet.FUNCTION),
        "given": given,
        "places": PLACES,
        "wrong": wrong,
        "shown": shown,
        "names": taxonomy.names(),
        "digest": preview(parts.store, shown) if shown else None,
    }
    return page("profile_new.html", {"here": "", **values}, status=status)


def readers_words(parts: Parts, business: Business) -> str:
    """Return how many addresses get a business's digest, and how many have still to answer."""
    states = [one.consent for one in parts.store.recipients.of(business.key)]
    agreed, asked = states.count(Consent.CONFIRMED), states.count(Consent.ASKED)
    said = f"{counted(agreed, 'address', plural='addresses')} get{'s' if agreed == 1 else ''} it by mail"
    return f"{said}, {asked} asked" if asked else said


def _form(
    parts: Parts,
    kept: Business,
    shown: Business,
    *,
    said: str = "",
    wrong: str = "",
    sent: Mapping[str, object] = MappingProxyType({}),
) -> Response:
    """Return the page of a profile; what was sent and refused stands in its form as it was sent."""
    config, now = parts.config(), parts.clock()
    names = config.taxonomy.names()
    taste = learn(parts.store.votes.of(kept.key), kept, now=now)
    values = {
        "business": kept,
        "shown": {**asdict(shown), **sent},
        "values": {**values_of(shown), "digest_time": f"{shown.digest_time:%H:%M}", **sent},
        "wrong": wrong,
        "changed": kept != shown,
        "said": said,
        "readers": readers_words(parts, kept),
        "choices": _CHOICES,
        "labels": {facet: config.taxonomy.of(facet) for facet in Facet},
        "rules": [(one.key, held_words(one, kept, names)) for one in in_force(kept)],
        "proposed": [
            (one.rule.key, rule_words(one.rule, names), ground_words(one.rule), effect_words(one.effect))
            for one in proposals(parts.store, config, kept, now=now)
        ],
        "declined": kept.declined,
        "learnt": [(names.get(key, key), one) for key, one in taste.likings.items()],
        "digest": preview(parts.store, shown),
    }
    status = 422 if wrong else 200
    return page("profile.html", {"here": "", **values}, status=status, headers={"Cache-Control": "no-store"})
