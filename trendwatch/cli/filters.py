"""Verbs that are also plain filters: JSON lines in, JSON lines out, order kept, nothing stored.

``tag``, ``stories`` and ``trends`` work on the service's own items; with ``--stdin`` they run the same stages
on what is piped in, without the service's steps and database (pipeline/stream.py says why).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from trendwatch.cli.lines import ItemLine, Wrong, read_items, standard_input
from trendwatch.cli.options import (
    AsJson,
    given,
    plain_value,
    print_json,
    print_table,
    progress,
    refuse_ignored,
)
from trendwatch.cli.steps import held_words, said_again
from trendwatch.cli.trendlist import list_trends
from trendwatch.cli.typed import say_text
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.pipeline.stream import Stream
    from trendwatch.tagging.model import Tagger
    from trendwatch.types.tags import Tag, Taxonomy
    from trendwatch.types.trends import Trend
    from trendwatch.wiring import Service

MinSources: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, max=1000, help="With --stdin: sources that must report; 1 for an archive of one."),
]
Top: TypeAlias = Annotated[
    int | None, typer.Option(min=0, max=1000, help="With --stdin: new words told a week.")
]
Stdin: TypeAlias = Annotated[bool, typer.Option("--stdin", help="Filter JSON lines from standard input.")]

#: The tagger's own piece of work.
_CHUNK = 512
#: A store that ends with the verb: a filter keeps nothing.
MEMORY = "sqlite://"


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(parse)
    app.command()(tag)
    app.command()(stories)
    app.command()(trends)


def parse(
    files: Annotated[list[Path], typer.Argument(help="Feed documents: RSS, Atom or JSON Feed.")],
    as_json: AsJson = False,
) -> None:
    """Read feed documents from files and print one line per item."""
    from trendwatch.sandbox import Sandbox
    from trendwatch.types.news import Document, PollFailure

    failed = 0
    with Sandbox() as sandbox:
        for file in files:
            try:
                body = file.read_bytes()
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror}", file=str(file)) from error
            parsed = sandbox.parse(Document(url=file.resolve().as_uri(), body=body))
            if isinstance(parsed, PollFailure):
                failed += 1
                typer.echo(f"trendwatch: {file}: {parsed.failure}: {parsed.detail}", err=True)
                continue
            for entry in parsed.entries:
                line = {
                    "file": str(file),
                    "feed_title": parsed.title,
                    "id": entry.guid or entry.url,
                    "url": entry.url,
                    "title": entry.title,
                    "summary": entry.summary,
                    "published_at": entry.published_at,
                    "language": entry.language or parsed.language,
                }
                if as_json:
                    print_json(line)
                else:
                    dated = entry.published_at.date().isoformat() if entry.published_at else "undated   "
                    typer.echo(f"{dated}  {entry.title}  {entry.url}")
    if failed:
        raise typer.Exit(1)


def tag(
    context: typer.Context,
    stdin: Stdin = False,
    text: Annotated[str | None, typer.Option("--text", help="Show the tags of this text, and why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tag items: those that wait, lines of {id, title, summary} with --stdin, or any text with --text."""
    if text is not None:
        refuse_ignored({"--stdin": stdin or None}, why="reads lines, --text one text: give one of the two")
        with given(context).service() as service:
            say_text(service, text, as_json=as_json)
        return
    if stdin:
        with given(context).service(store_url=MEMORY) as service:
            _tag_lines(_cold_tagger(service), service.config.taxonomy)
        return
    with given(context).service() as service:
        learnt = service.learn()
        with progress("understanding", quiet=as_json) as say:
            report = service.understand(lambda now: say(f"{now.items} items"))
            service.desk.ask_about_tags()
        if as_json:
            print_json(report)
        else:
            typer.echo(f"{report.items} items understood: {report.tags} tags, {report.stories} new stories")
            if learnt.held and not service.store.models.current():
                typer.echo(f"nothing can be understood without a model: {held_words(learnt)}")


def stories(
    context: typer.Context,
    stdin: Stdin = False,
    as_json: AsJson = False,
    limit: Annotated[
        int | None, typer.Option(min=1, max=1000, help="How many to list.", show_default="20")
    ] = None,
) -> None:
    """List the latest stories, or with --stdin fold lines of {id, title, summary, date, source}."""
    if not stdin:
        _list_stories(context, limit=limit or 20, as_json=as_json)
        return
    refuse_ignored({"--limit": limit}, why="asks what is stored; with --stdin every line is told")
    from trendwatch.pipeline.replay import parse_dated, replay_stories

    with given(context).service(store_url=MEMORY) as service:
        stream, wrong = _untagged(service), Wrong()
        lines = parse_dated(standard_input(), file="standard input", on_wrong=wrong)
        for line_id, story_id in replay_stories(stream, lines):
            print_json({"id": line_id, "story_id": story_id})
        _say_updates(stream)
    wrong.end()


def trends(
    context: typer.Context,
    stdin: Stdin = False,
    as_json: AsJson = False,
    week: Annotated[
        str | None, typer.Option("--week", help="Week such as 2025-W14, or latest.", show_default="latest")
    ] = None,
    min_sources: MinSources = None,
    floor: Annotated[float | None, typer.Option(min=0, help="With --stdin: recent reports needed.")] = None,
    top: Top = None,
    model: Annotated[
        str | None, typer.Option(help="What an earlier model version judged.", show_default="current")
    ] = None,
) -> None:
    """Say what is rising, or with --stdin judge lines of {id, date, title, summary, source, url}."""
    judging = {"--min-sources": min_sources, "--floor": floor, "--top": top}
    if not stdin:
        refuse_ignored(judging, why="judges lines of standard input: add --stdin")
        list_trends(context, week=week or "latest", model=model or "", as_json=as_json)
        return
    refuse_ignored({"--week": week, "--model": model}, why="asks what is stored; --stdin tells every week")
    from trendwatch.pipeline.analyse import rules_of
    from trendwatch.pipeline.replay import parse_dated, replay_trends

    with given(context).service(store_url=MEMORY) as service:
        told = service.settings.trends
        rules = rules_of(
            min_sources=told.min_sources if min_sources is None else min_sources,
            floor=told.floor if floor is None else floor,
            top_terms=told.top_terms if top is None else top,
            examples=service.config.examples(),
        )
        stream, wrong = _stream(service), Wrong()
        lines = parse_dated(standard_input(), file="standard input", on_wrong=wrong)
        for trend in replay_trends(stream, lines, rules=rules):
            print_json(_detection(stream, trend))
        _say_updates(stream)
    wrong.end()


def _say_updates(stream: Stream) -> None:
    """Say on standard error how many lines were no news of their own."""
    if stream.updates:
        typer.echo(f"trendwatch: {said_again(stream.updates)}", err=True)


def _cold_tagger(service: Service) -> Tagger:
    """Return the tagger that configuration alone makes: a filter must not depend on what was fetched."""
    from trendwatch.tagging.model import Tagger

    config = service.config
    return Tagger.load(service.cold_model(), config.taxonomy)


def _tag_lines(tagger: Tagger, taxonomy: Taxonomy) -> None:
    from trendwatch.pipeline.replay import batches

    wrong = Wrong()
    for batch in batches(read_items(standard_input(), wrong), size=_CHUNK):
        _print_tags(tagger, batch, taxonomy=taxonomy)
    wrong.end()


def _print_tags(tagger: Tagger, batch: list[ItemLine], *, taxonomy: Taxonomy) -> None:
    """Print tags, none where the language is not covered: wrong tags are worse."""
    from trendwatch.tagging.language import detect

    detected = detect([f"{one.title}. {one.summary}" for one in batch], ours=taxonomy.language)
    languages = [one.language or found for one, found in zip(batch, detected, strict=True)]
    tags = tagger.tag([(one.title, one.summary) for one in batch])
    for line, language, found in zip(batch, languages, tags, strict=True):
        if taxonomy.covers(language):
            print_json({"id": line.id, "tags": [_tag_value(one) for one in found]})
        else:
            print_json({"id": line.id, "tags": [], "language": language, "covered": False})


def _tag_value(one: Tag) -> dict[str, object]:
    return {
        "facet": str(one.facet),
        "label": one.label,
        "confidence": round(one.confidence, 4),
        "terms": list(one.terms),
    }


def _untagged(service: Service) -> Stream:
    from trendwatch.pipeline.stream import Stream

    return Stream(None, index_of=service.understanding.index_of)


def _stream(service: Service) -> Stream:
    from trendwatch.pipeline.stream import Stream

    return Stream(_cold_tagger(service), index_of=service.understanding.index_of)


def _detection(stream: Stream, trend: Trend) -> dict[str, object]:
    """Return a trend in the filter's words: evidence is named as in the input."""
    from trendwatch.advice.trendwords import direction

    named = stream.named(trend.evidence)
    value = plain_value(trend)
    assert isinstance(value, dict)
    names = (
        *("week", "kind", "key", "strength", "share_before", "share_now", "stories", "sources", "stage"),
        *("since", "owners", "observed", "expected", "interval", "times", "usual", "window", "half_life"),
    )
    found = {name: value[name] for name in names}
    period = {"direction": direction(trend), "first_week": trend.first_week}
    return found | period | {"evidence": [named[one] for one in trend.evidence]}


def _list_stories(context: typer.Context, *, limit: int, as_json: bool) -> None:
    with given(context).service() as service:
        found = service.store.stories.latest(limit=limit)
        if as_json:
            for story in found:
                print_json(story)
        else:
            rows = [
                (story.last_seen_at.strftime("%Y-%m-%d"), story.owners, story.items, story.title)
                for story in found
            ]
            print_table("Latest stories", ("last seen", "publishers", "reports", "title"), rows)
