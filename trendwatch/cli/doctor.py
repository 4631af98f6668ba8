"""``doctor``: how the system is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json
from trendwatch.errors import DeliveryError, StoreError, TrendwatchError

if TYPE_CHECKING:
    from trendwatch.config import Settings
    from trendwatch.config.settings import MailSettings
    from trendwatch.wiring import Service

#: Seconds that doctor waits for each answer of a mail server.
_PATIENCE = 10.0
#: Bytes a disk should have left: a week of news and its mails are far less.
_LEAST_SPACE = 100_000_000


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(doctor)
    app.command()(backup)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where the copy goes; one that is there is replaced.")],
    as_json: AsJson = False,
) -> None:
    """Copy the database into a file while everything goes on, and check the copy."""
    with given(context).service() as service:
        size = service.store.back_up(file)
        if as_json:
            print_json({"file": str(file), "bytes": size})
        else:
            typer.echo(f"{file}: {size / 1e6:,.1f} MB, checked; to go back, stop trendwatch and copy it")


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check files, database, model, feeds, mail and notices, and say what to do."""
    with given(context).service() as service:
        findings = list(_examine(service))
    for name, fine, said in findings:
        if as_json:
            print_json({"check": name, "ok": fine, "detail": said})
        else:
            typer.echo(f"{'ok ' if fine else 'BAD'}  {name:14} {said}")
    if not all(fine for _, fine, _ in findings):
        raise typer.Exit(1)


def _examine(service: Service) -> Iterator[tuple[str, bool, str]]:
    """Yield what was looked at, whether it is fine, and what is to be said of it."""
    import pyexpat

    try:
        config = service.config
    except TrendwatchError as error:
        yield "database" if isinstance(error, StoreError) else "configuration", False, str(error)
        return
    yield (
        "configuration",
        not service.config_error,
        service.config_error
        or f"{service.directory}, {len(config.feeds)} feeds, {len(config.businesses)} businesses",
    )
    odd = config.warnings
    more = f"; and {len(odd) - 1} more: trendwatch config check lists them" if len(odd) > 1 else ""
    yield "terms", True, f"{odd[0]}{more}" if odd else "no label has a term twice"
    yield "database", True, f"{service.store.items.count()} items, schema up to date"
    yield from _examine_model(service)
    yield from _examine_feeds(service)
    expat = tuple(pyexpat.version_info)
    yield (
        "expat",
        expat >= (2, 4, 1),
        ".".join(map(str, expat))
        + (
            ""
            if expat >= (2, 6, 0)
            else ", safe in the sandbox; 2.6 or newer is quicker to refuse hostile feeds"
        ),
    )
    yield _examine_keys(service)
    yield _examine_polling(service)
    yield _examine_digests(service)
    yield _examine_mail(config.settings)
    yield _examine_space(config.settings)
    told = service.store.notices.latest(limit=3)
    yield "notices", not told, " · ".join(one.text for one in told) or "nothing needs a hand"


def _examine_model(service: Service) -> Iterator[tuple[str, bool, str]]:
    """Yield the same of the model: which tags, whether a later one was refused, whether tags drift."""
    from trendwatch.pipeline.drift import under_way
    from trendwatch.pipeline.taggers import UNUSABLE, complaint, misfit_words
    from trendwatch.tagging.drift import drift_words

    model = service.store.models.current()
    wrong = complaint(service.store, service.config.taxonomy)
    behind = misfit_words(service.store, service.config.taxonomy)
    waits = f"; it tags with the labels and terms of its own training until the next ({behind})"
    tags = model.version + waits * bool(behind) if model else "none yet: trendwatch train makes one"
    said = wrong or tags
    yield "model", model is not None and not wrong, said
    newest = service.store.models.newest()
    if newest and (why := newest.manifest.get("refused")) and not newest.manifest.get(UNUSABLE):
        yield "training", True, f"{newest.version} was not adopted: {why}; labels back adopts it all the same"
    episode = under_way(service.store)
    yield "tags", episode is None, drift_words(episode)


def _examine_polling(service: Service) -> tuple[str, bool, str]:
    """Return whether somebody asks the feeds that are due."""
    from trendwatch.pipeline.overdue import unpolled

    stopped = unpolled(service.store.feeds.health(), now=service.clock())
    return "polling", not stopped, stopped or "no feed waits longer than its schedule allows"


def _examine_digests(service: Service) -> tuple[str, bool, str]:
    """Return whether digests that are due were made."""
    from trendwatch.pipeline.overdue import overdue

    late = overdue(service.store, service.config.businesses, now=service.clock())
    if not late:
        return "digests", True, "none is late"
    who = ", ".join(f"{key} ({slots} issues)" if slots > 1 else key for key, slots in late.items())
    said = f"due for an hour or more and not made: {who}"
    return "digests", False, f"{said}; trendwatch run makes them, or trendwatch digest at once"


def _examine_keys(service: Service) -> tuple[str, bool, str]:
    """Return the same of who is let in."""
    from trendwatch.config.addresses import is_local

    serve = service.settings.serve
    here = is_local(serve.host)
    if here and serve.without_key:
        return (
            "keys",
            True,
            "serve.without_key: whoever a proxy lets through to "
            f"{serve.host} reads and changes everything, unless that proxy asks who comes",
        )
    if here and not serve.is_public:
        return "keys", True, f"none asked: {serve.host} is this machine only"
    made = [name for _, name, _, revoked_at in service.store.keys.list() if revoked_at is None]
    where = serve.base_url or serve.host
    said = f"asked at {where}, {len(made)} made" if made else f"asked at {where}: trendwatch keys add NAME"
    return "keys", bool(made), said


def _examine_mail(settings: Settings) -> tuple[str, bool, str]:
    """Return the same of mail; links that nobody can open make it useless."""
    mail, serve = settings.mail, settings.serve
    if not mail.smtp_host:
        return "mail", True, f"no SMTP: mails are files in {mail.outbox}"
    if wrong := _refused_by_mail_server(mail):
        return "mail", False, f"{wrong}; check the settings under [mail]"
    if serve.is_public:
        return "mail", True, f"SMTP {mail.smtp_host} takes our mail, links lead to {serve.site}"
    said = f"SMTP {mail.smtp_host}, but links lead to {serve.site}, this machine only: set serve.base_url"
    return "mail", False, said


def _refused_by_mail_server(mail: MailSettings) -> str:
    """Return why the mail server would take nothing now, "" where it lets us in; no mail is sent."""
    from trendwatch.ways import make_smtp

    try:
        make_smtp(mail, timeout=_PATIENCE).check()
    except DeliveryError as error:
        return str(error)
    return ""


def _examine_space(settings: Settings) -> tuple[str, bool, str]:
    """Return the same of the disks that database and outbox are on."""
    places = {"outbox": Path(settings.mail.outbox)}
    if settings.store.url.startswith("sqlite:///"):
        places["database"] = Path(settings.store.url.removeprefix("sqlite:///")).expanduser()
    free = {}
    for name, place in places.items():
        there = next(one for one in (place, *place.absolute().parents) if one.exists())
        free[name] = shutil.disk_usage(there).free
    said = ", ".join(f"{size / 1e6:,.0f} MB free for the {name}" for name, size in sorted(free.items()))
    fine = min(free.values()) >= _LEAST_SPACE
    return "space", fine, said if fine else f"{said}; free some before work stops"


def _examine_feeds(service: Service) -> Iterator[tuple[str, bool, str]]:
    """Yield the same of the feeds; one that is quiet is not broken."""
    from trendwatch.desk import broken_words
    from trendwatch.news.rhythm import quiet_words, unheard_words

    enabled = {feed.key for feed in service.config.feeds if feed.enabled}
    health = [one for one in service.store.feeds.health() if one.feed.key in enabled]
    failing = [one.feed.key for one in health if one.state.failure is not None]
    said = f"{len(enabled)} enabled, failing: {', '.join(failing) or 'none'}"
    yield "feeds", not failing, said + "; trendwatch feeds show KEY says what to do" * bool(failing)
    broken = [broken_words(one) for one in service.desk.broken()]
    yield "breakages", not broken, "; ".join(broken) or "none that lasts three days"
    rhythms = service.store.scorecards.rhythms(now=service.clock())
    quiet = [
        f"{key} ({quiet_words(rhythms[key])})"
        for key in sorted(enabled & set(rhythms))
        if rhythms[key].quiet_since
    ]
    mute = [
        f"{one.feed.key} {said}"
        for one in health
        if (said := unheard_words(one.state, one.items, now=service.clock()))
    ]
    if mute:
        advice = "; trendwatch feeds test ADDRESS says what is there"
        yield "never heard", False, ", ".join(mute) + advice
    yield "silence", True, ", ".join(quiet) or "no feed is quieter than usual"
