"""Feeds looked at closely: one in detail, all by their worth, an address on trial, lists in and out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.cli.steps import describe
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.desk import FeedReport
    from trendwatch.types.news import Feed, FeedState
    from trendwatch.types.trials import Trial

_SHOWN_POLLS = 10


def show_feed(context: typer.Context, key: str, as_json: AsJson = False) -> None:
    """Show one feed: its state, its last polls, what became of its entries, what it is worth."""
    with given(context).service() as service:
        service.sync_feeds()
        feed = service.config.feed(key)
        [health] = service.store.feeds.health(key)
        report = service.desk.report(key)
    if as_json:
        print_json({"feed": feed, "state": health.state, "items": health.items, **plain_value(report)})
        return
    said = state_words(health.state, health.items, now=service.clock())
    _say_state(feed, health.state, "off" if not feed.enabled else said, items=health.items)
    _say_report(report)


def state_words(state: FeedState, items: int, *, now: datetime) -> str:
    """Return how a feed does in a few words."""
    from trendwatch.news.rhythm import unheard_words

    if state.failure or not state.succeeded_at:
        return state.failure or "not polled yet"
    return unheard_words(state, items, now=now) or "ok"


def _say_state(feed: Feed, state: FeedState, said: str, *, items: int) -> None:
    from trendwatch.news.failures import FAILURE_WORDS

    typer.echo(f"{feed.title} ({feed.key}), {feed.kind} by {feed.owner}")
    about = ", ".join((*feed.sectors, *feed.areas)) or "general"
    facts = [
        ("address", feed.url),
        ("about", about),
        ("state", said),
        ("items", f"{items:,}"),
        ("last good poll", describe(state.succeeded_at)),
        ("next poll", describe(state.next_fetch_at)),
        ("note", feed.note),
    ]
    for name, value in facts:
        if value:
            typer.echo(f"  {name:15} {value}")
    if state.failure:
        typer.echo(f"\n{FAILURE_WORDS[state.failure]} ({state.failure_detail})")


def _say_report(report: FeedReport) -> None:
    from trendwatch.news.ledger import OUTCOME_WORDS
    from trendwatch.web.feedwords import gap_words, ledger_rows, scorecard_rows

    if report.rhythm is not None:
        from trendwatch.news.rhythm import rhythm_words

        typer.echo(f"\nRhythm: {rhythm_words(report.rhythm)}")
    if report.scorecard is not None:
        for name, value in scorecard_rows(report.scorecard):
            typer.echo(f"  {name:26} {value}")
    typer.echo("")
    for count, words in ledger_rows(report.ledger):
        typer.echo(f"{count:9,}  {words}")
    if said := gap_words(report.gaps):
        typer.echo(f"\n{said}")
    rows = [
        (
            describe(one.at),
            f"{OUTCOME_WORDS[one.outcome]}{f' ({one.failure})' if one.failure else ''}",
            one.ledger.kept,
            f"{one.size / 1000:,.0f} kB" if one.size else "",
            "" if one.milliseconds is None else f"{one.milliseconds:,} ms",
        )
        for one in report.history[:_SHOWN_POLLS]
    ]
    if rows:
        print_table("Last polls", ("when", "what came of it", "new", "size", "time"), rows)
    for episode in report.episodes:
        end = f"until {describe(episode.ended_at)}" if episode.ended_at else "until now"
        typer.echo(f"broken since {describe(episode.began_at)} {end}: {episode.failure} ({episode.detail})")


def scorecard(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what each feed was worth in the last 90 days, those with most stories of their own first."""
    from trendwatch.web.feedwords import length_words, share_words

    with given(context).service() as service:
        service.sync_feeds()
        cards = service.desk.scorecards()
    if as_json:
        for card in cards:
            print_json(card)
        return
    rows = [
        (
            card.feed_key,
            f"{card.per_week:.1f}",
            card.stories,
            card.unique_stories,
            card.first_reports,
            share_words(card.repeated_share),
            "" if card.lateness is None else length_words(card.lateness),
            share_words(card.tagged_share),
        )
        for card in cards
    ]
    columns = ("key", "items a week", "stories", "only here", "first", "repeats", "late by", "tagged")
    print_table("Feeds by what only they bring, 90 days", columns, rows)


def try_feed(context: typer.Context, url: str, as_json: AsJson = False) -> None:
    """Look what is at an address, a feed or a page that offers some, without keeping anything."""
    with given(context).service() as service:
        trial = service.desk.try_address(url)
    if as_json:
        print_json(_trial_values(trial))
    else:
        _say_trial(trial)
    if trial.failure is not None:
        raise typer.Exit(1)


def _trial_values(trial: Trial) -> dict[str, object]:
    """Return a trial for programs: tags as label keys with their terms."""
    failure = trial.failure
    said = (
        {"failure": failure.failure, "detail": failure.detail} if failure else {"failure": None, "detail": ""}
    )
    sample = [
        {**plain_value(one), "tags": {tag.full_key: list(tag.terms) for tag in one.tags}}
        for one in trial.sample
    ]
    return {**plain_value(trial), **said, "sample": sample, "add": add_line(trial)}


def _say_trial(trial: Trial) -> None:
    from trendwatch.news.failures import FAILURE_WORDS
    from trendwatch.news.rhythm import rhythm_words

    if trial.failure is not None:
        failure = trial.failure
        typer.echo(f"{failure.failure}: {FAILURE_WORDS[failure.failure]} ({failure.detail})", err=True)
    if trial.offered:
        typer.echo("The page offers:")
        for one in trial.offered:
            looks = "" if one.declared else " (a link that looks like a feed)"
            typer.echo(f"  {one.url}  {one.title}{looks}")
    if trial.failure is not None:
        return
    language = f", language {trial.language}" if trial.language else ""
    typer.echo(f"{trial.title or '(no title)'}: {trial.format}, {trial.entries} entries{language}")
    if trial.rhythm is not None:
        typer.echo(f"  {rhythm_words(trial.rhythm)}")
    for item in trial.sample:
        typer.echo(
            f"  {item.published_at:%Y-%m-%d}  {item.title}"
            if item.published_at
            else f"  undated     {item.title}"
        )
        for tag in item.tags:
            typer.echo(f"      {tag.full_key} {tag.confidence:.2f}  because of {', '.join(tag.terms)}")
    if trial.known_as:
        typer.echo(f"It is feed {trial.known_as!r} already: trendwatch feeds show {trial.known_as}")
    else:
        typer.echo(f"Nothing was kept. To add it:\n  {add_line(trial)}")


def add_line(trial: Trial) -> str:
    """Return the command that adds a feed after its trial, "" where there is nothing to add."""
    import shlex

    if not trial.url or trial.known_as:
        return ""
    words = ["trendwatch", "feeds", "add", trial.key, trial.url, "--title", trial.title or trial.key]
    words += ["--language", trial.language] if trial.language not in {"", "en"} else []
    return shlex.join(words)


def import_feeds(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="OPML file of another reader.")],
    as_json: AsJson = False,
) -> None:
    """Add the feeds of a subscription list (OPML); folders called like a sector or technology file them."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(file)) from error
    with given(context).service() as service:
        done = service.desk.import_list(body, by="cli")
        feeds = [service.config.feed(key) for key in done.added]
    if as_json:
        print_json(done)
        return
    rows = [(feed.key, feed.title, ", ".join((*feed.sectors, *feed.areas)), feed.note) for feed in feeds]
    if rows:
        print_table(f"{len(rows)} feeds added", ("key", "title", "about", "note"), rows)
    else:
        typer.echo("no feed was added")
    for one in done.skipped:
        typer.echo(f"skipped {one.what}: {one.why}")


def export_feeds(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output if left out.")] = None,
) -> None:
    """Write the feeds as a subscription list (OPML) that other readers import, and this one without loss."""
    with given(context).service() as service:
        text = service.desk.export_list()
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=str(file)) from error
    typer.echo(f"{file} written", err=True)
