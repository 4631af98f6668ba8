"""The steps of the flow as verbs: fetch, train, digest, deliver. Tag, stories and trends stand in filters."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json, progress
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.pipeline.history import ImportReport
    from trendwatch.pipeline.learn import LearnReport
    from trendwatch.pipeline.poll import PollReport
    from trendwatch.pipeline.send import SendReport
    from trendwatch.wiring import Service


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(fetch)
    app.command("import")(import_)
    app.command()(train)
    app.command()(digest)
    app.command()(deliver)


def fetch(
    context: typer.Context,
    as_json: AsJson = False,
    wait: Annotated[bool, typer.Option(help="Wait for hosts that another process polls.")] = True,
) -> None:
    """Fetch the feeds that are due and keep what is new."""
    from trendwatch.desk import broken_words

    with given(context).service() as service:
        with progress("fetching feeds", quiet=as_json) as say:
            report = service.poll(lambda now: say(f"{now.polled} polled, {now.new_items} new items"))
            while wait and report.held and _wait_for_others(service):
                report = _added(report, service.poll())
        broken = [broken_words(one) for one in service.desk.tell_breakages()]
        pages = service.desk.read_pages()
        failures = {str(failure): count for failure, count in sorted(report.failures.items())}
        if as_json:
            print_json(
                {
                    "polled": report.polled,
                    "new_items": report.new_items,
                    "not_modified": report.not_modified,
                    "failures": failures,
                    "held_hosts": report.held,
                    "pages_read": pages.read,
                    "broken": broken,
                }
            )
        else:
            typer.echo(
                f"{report.polled} feeds polled: {report.new_items} new items, "
                f"{report.not_modified} not modified, {sum(failures.values())} failed"
                + "".join(f"\n  {failure}: {count}" for failure, count in failures.items())
                + "".join(f"\n{said}" for said in broken)
            )


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="JSON lines: id, date, title, summary, source, url.")],
    as_json: AsJson = False,
) -> None:
    """Read a dated archive as past: labels and feeds get a history, digests get nothing old."""
    from trendwatch.cli.lines import Wrong
    from trendwatch.pipeline.history import import_archive
    from trendwatch.pipeline.replay import parse_dated

    with given(context).service() as service:
        service.sync_feeds()
        wrong = Wrong()
        for file in files:
            try:
                with file.open("rb") as lines:
                    dated = parse_dated(
                        lines, file=str(file), ordered=False, now=service.clock(), on_wrong=wrong
                    )
                    report = import_archive(service.store, dated, clock=service.clock, lease=service.lease)
            except OSError as error:
                raise InputError(f"cannot be read: {error}", file=str(file)) from error
            if as_json:
                print_json({"file": str(file), **plain_report(report)})
            else:
                typer.echo(f"{file}: {_imported(report)}")
    wrong.end()


def said_again(updates: int) -> str:
    """Return what is said of lines whose id is known with another text."""
    known = "1 line has an id that is known"
    told = known if updates == 1 else f"{updates} lines have ids that are known"
    return f"{told} with another text; the first text counts, updates change nothing"


def plain_report(report: ImportReport) -> dict[str, object]:
    """Return a report as JSON knows it."""
    return {
        "lines": report.lines,
        "new_items": report.new,
        "updates": report.updates,
        "sources": sorted(report.sources),
        "unknown_sources": sorted(report.unknown),
        "first_date": report.first.date().isoformat() if report.first else None,
        "last_date": report.last.date().isoformat() if report.last else None,
    }


def _imported(report: ImportReport) -> str:
    if not report.first or not report.last:
        return "no lines"
    said = (
        f"{report.new} new of {report.lines} items from {len(report.sources)} sources, "
        f"{report.first.date()} to {report.last.date()}; understood at the next trendwatch tag"
    )
    if report.updates:
        said += f"\n  {said_again(report.updates)}"
    if report.unknown:
        from trendwatch.pipeline.replay import WITHOUT_SOURCE

        nameless = {WITHOUT_SOURCE} & report.unknown
        if names := ", ".join(sorted(report.unknown - nameless)[:5]):
            said += f"\n  no feed is named {names}: kept as past, compared with nothing"
        if nameless:
            said += f"\n  lines without a source are kept as of one called {WITHOUT_SOURCE!r}"
    return said


def _wait_for_others(service: Service) -> bool:
    """Wait until the first lease of another process ends; a dead one's ends by itself."""
    until = service.store.leases.held_until("poll", now=service.clock())
    if until is None:
        return bool(service.store.polls.due_hosts(service.clock()))
    # A process that is done lets go at once, so waiting for the end of its lease would be too long.
    time.sleep(min(1.0, max(0.05, (until - service.clock()) / timedelta(seconds=1))))
    return True


def _added(first: PollReport, second: PollReport) -> PollReport:
    second.polled += first.polled
    second.new_items += first.new_items
    second.not_modified += first.not_modified
    second.failures += first.failures
    return second


def train(
    context: typer.Context,
    as_json: AsJson = False,
    force: Annotated[bool, typer.Option(help="Train although labels and examples are the same.")] = True,
) -> None:
    """Train a tagger from examples, terms and unlabelled items, and adopt it."""
    with given(context).service() as service:
        with progress("training", quiet=as_json):
            report = service.learn(force=force)
        models = service.store.models.versions()
        if as_json:
            print_json({**asdict(report), "models": models})
        elif report.held:
            typer.echo(f"{held_words(report)}; nothing was changed")
        elif report.refused:
            typer.echo(f"{report.refused} was not adopted: {report.why}")
            if report.unusable:
                typer.echo(
                    "what tagged before still does; trendwatch doctor says with which labels and terms"
                )
                raise typer.Exit(1)
            typer.echo(f"to have it all the same: trendwatch labels back {report.refused}")
        elif report.version is None:
            typer.echo("nothing to learn: labels and examples are those the model was trained on")
        else:
            states = {version: state for version, state, _ in models}
            note = (
                ""
                if states[report.version] == "current"
                else "; it replaces the current one once it has caught up"
            )
            typer.echo(f"trained {report.version}{note}")


def held_words(report: LearnReport) -> str:
    """Return who trains and until when others wait for them."""
    until = (
        f"; if it is dead, its lease ends at {report.held_until:%H:%M:%S} UTC" if report.held_until else ""
    )
    return f"another process is training now{until}"


def digest(
    context: typer.Context,
    business: Annotated[str, typer.Option("--business", "-b", help="Business key.")] = "",
    week: Annotated[str, typer.Option("--week", "-w", help="Week such as 2025-W10, or latest.")] = "latest",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Compose it anew from its frozen edition; nothing is written.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compose the digests that are due; with --business show one."""
    from trendwatch.render.email import text

    with given(context).service() as service:
        if rebuild:
            from trendwatch.pipeline.compose import rebuild as compose_again

            found = compose_again(service.store, business, week)
        else:
            report = _compose(service)
            if not business:
                _say_composed(report, as_json=as_json)
                return
            service.config.business(business)
            found = service.store.digests.get(business, week)
        if as_json:
            print_json(found)
        else:
            typer.echo(text(found, base_url=service.settings.serve.base_url))


def _compose(service: Service) -> dict[str, list[str]]:
    learnt = service.learn()
    service.understand()
    service.analyse()
    report = service.compose()
    return {
        "composed": [f"{one.business_key}/{one.period}" for one in report.digests],
        "waiting": report.waiting,
        "stopped": report.stopped,
        "crashed": report.crashed,
        "held": ["another process composes now"] * bool(report.held),
        "training": [held_words(learnt)] * bool(learnt.held and report.waiting),
    }


def _say_composed(report: dict[str, list[str]], *, as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    typer.echo(f"composed: {', '.join(report['composed']) or 'none is due'}")
    if report["waiting"]:
        why = "".join(f"; {said}" for said in report["training"])
        typer.echo(f"waiting for items to be understood: {', '.join(report['waiting'])}{why}")
    if report["held"]:
        typer.echo("another process composes now; ask again")
    if report["crashed"]:
        typer.echo(f"failed, a bug of trendwatch, see the log: {', '.join(report['crashed'])}")
    if report["stopped"]:
        typer.echo(f"held back, too few feeds could be read: {', '.join(report['stopped'])}")


def deliver(context: typer.Context, as_json: AsJson = False) -> None:
    """Hand over the digests that wait: by SMTP when configured, else into the outbox folder."""
    with given(context).service() as service:
        report = service.send()
        outbox = service.settings.mail.outbox
        if as_json:
            print_json(report)
        else:
            where = "" if service.settings.mail.smtp_host else f"; mails are in {outbox}"
            typer.echo(sent_words(report) + where)


def sent_words(report: SendReport) -> str:
    """Return what became of all deliveries; what happens seldom is named when it did."""
    seldom = {
        "taken back": report.cancelled,
        "held for you (trendwatch deliveries list --state in_doubt)": report.kept_back,
        "being sent by another process": report.held,
    }
    said = [f"{report.sent} sent", f"{report.postponed} to be tried again", f"{report.failed} failed"]
    return ", ".join([*said, *(f"{count} {words}" for words, count in seldom.items() if count)])


def describe(when: datetime | None) -> str:
    """Return a time for people."""
    return "never" if when is None else when.strftime("%Y-%m-%d %H:%M UTC")
