"""Verbs for operators: doctor says how the system is, evaluate how good its tags are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json, print_table
from trendwatch.errors import DeliveryError, InputError, StoreError, TrendwatchError

if TYPE_CHECKING:
    from trendwatch.config import Settings
    from trendwatch.config.settings import MailSettings
    from trendwatch.tagging.evaluate import Evaluation, Gold, Measure
    from trendwatch.types.tags import Facet, Tag
    from trendwatch.wiring import Service

#: Seconds that doctor waits for each answer of a mail server.
_PATIENCE = 10.0
#: Bytes a disk should have left: a week of news and its mails are far less.
_LEAST_SPACE = 100_000_000
#: Pairs of labels shown.
_PAIRS = 15


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(doctor)
    app.command()(evaluate)
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

    from trendwatch.pipeline.drift import under_way
    from trendwatch.tagging.drift import drift_words

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
    yield "database", True, f"{service.store.items.count()} items, schema up to date"
    model = service.store.models.current()
    yield "model", model is not None, model.version if model else "none yet: trendwatch train makes one"
    episode = under_way(service.store)
    yield "tags", episode is None, drift_words(episode)
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
    yield _examine_mail(config.settings)
    yield _examine_space(config.settings)
    told = service.store.notices.latest(limit=3)
    yield "notices", not told, " · ".join(one.text for one in told) or "nothing needs a hand"


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


def evaluate(
    context: typer.Context,
    gold: Annotated[Path, typer.Option("--gold", help="Labelled texts, JSON lines, may be .gz.")],
    as_json: AsJson = False,
) -> None:
    """Say how well tags agree with labelled texts, with 95 % intervals."""
    from trendwatch.tagging.evaluate import evaluate as score
    from trendwatch.tagging.evaluate import parse_gold
    from trendwatch.tagging.model import Tagger

    with given(context).service() as service:
        texts = parse_gold(_lines(gold), file=str(gold))
        model = service.store.models.current() or service.cold_model()
        tagger = Tagger.load(model, service.config.taxonomy)
        tags = tagger.tag([(one.title, one.summary) for one in texts])
        found = score(tags, texts)
    if as_json:
        print_json(found)
        return
    typer.echo(f"model {model.version} on {len(texts)} texts")
    for facet in found.facets:
        _say_facet(found, facet)
    _say_confusions(tags, texts)


def _say_confusions(tags: Sequence[Sequence[Tag]], texts: Sequence[Gold]) -> None:
    """Print which labels are taken for which; what people were unsure of is left out."""
    from trendwatch.tagging.quality import confusions

    pairs = [
        (
            {one.full_key for one in row if one.facet in gold.facets} - gold.maybe,
            {key for key in gold.labels if key.partition(":")[0] in gold.facets},
        )
        for row, gold in zip(tags, texts, strict=True)
    ]
    rows = [(one.true, one.given, one.texts) for one in confusions(pairs) if not one.of_none]
    print_table("taken for another label", ("true", "given instead", "texts"), rows[:_PAIRS])


def _lines(path: Path) -> list[str]:
    import gzip

    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode().splitlines()
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", file=str(path)) from error


def _say_facet(found: Evaluation, facet: Facet) -> None:
    rows = [
        (key, one.support, _measure(one.precision), _measure(one.recall), _measure(one.f1))
        for key, one in found.labels.items()
        if key.startswith(f"{facet}:")
    ]
    score = found.facets[facet]
    print_table(
        f"{facet}: macro-F1 {_measure(score.macro_f1)} over {score.counted} labels, "
        f"micro-F1 {_measure(score.micro_f1)}, calibration error {score.ece:.3f}, "
        f"wrongly tagged {score.wrongly_tagged:.1%} of {score.without} texts with none",
        ("label", "texts", "precision", "recall", "F1"),
        rows,
    )


def _measure(one: Measure) -> str:
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"
