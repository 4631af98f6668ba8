"""``evaluate``: how good tags are, held against what people say: labelled texts, or judged news by feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.lines import Wrong, file_lines
from trendwatch.cli.options import AsJson, given, print_json, print_table
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.tagging.evaluate import Evaluation, Gold, Measure
    from trendwatch.tagging.quality import FeedQuality
    from trendwatch.types.tags import Facet, Tag

#: Pairs of labels shown.
_PAIRS = 15


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(evaluate)


class By(StrEnum):
    """What quality is parted by."""

    FEED = "feed"


def evaluate(
    context: typer.Context,
    gold: Annotated[
        Path | None, typer.Option("--gold", help="Labelled texts, JSON lines, may be .gz.")
    ] = None,
    by: Annotated[By | None, typer.Option(help="Instead, items judged after a random pick, by feed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say how well tags agree with labelled texts, or feed by feed with what was judged; 95 % intervals."""
    if (gold is None) == (by is None):
        raise InputError("name labelled texts with --gold FILE, or say --by feed: one of the two")
    if gold is None:
        _by_feed(context, as_json=as_json)
    else:
        _against(context, gold, as_json=as_json)


def _against(context: typer.Context, gold: Path, *, as_json: bool) -> None:
    from trendwatch.tagging.evaluate import evaluate as score
    from trendwatch.tagging.evaluate import parse_gold

    wrong = Wrong()
    with given(context).service() as service:
        texts = parse_gold(file_lines(gold), file=str(gold), on_wrong=wrong)
        if not texts:
            raise InputError("no line holds a labelled text", file=str(gold))
        tagger = service.desk.tagger()
        tags = tagger.tag([(one.title, one.summary) for one in texts])
        found = score(tags, texts)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"model {tagger.version} on {len(texts)} texts")
        for facet in found.facets:
            _say_facet(found, facet)
        _say_confusions(tags, texts)
    wrong.end()


def _by_feed(context: typer.Context, *, as_json: bool) -> None:
    """Print how good tags are on each feed's items that were picked at random and judged."""
    from trendwatch.pipeline.measure import by_feed, current_model, feeds_of
    from trendwatch.tagging.quality import ENOUGH, told_of_feed

    with given(context).service() as service:
        loaded = current_model(service.store, service.config.taxonomy)
        if loaded is None:
            raise InputError("no model tags items now; trendwatch train makes one")
        model, tagger = loaded
        said = service.store.corrections.all()
        found = by_feed(model, tagger, corrections=said, feeds=feeds_of(service.store, said))
    feeds = [told_of_feed(one) for one in found.feeds] if found else []
    whole = told_of_feed(found.whole) if found else None
    if as_json:
        print_json({"model": model.version, "all": whole, "feeds": feeds})
    elif found is None:
        typer.echo("nobody has judged an item that was picked at random; trendwatch labels queue lists some")
    else:
        rows = [
            (one.feed_key, one.judged, one.precision.whole, one.precision.part, _precision(one))
            for one in (*found.feeds, replace(found.whole, feed_key="all feeds"))
        ]
        title = f"model {model.version} on items picked at random and judged, the worst first"
        print_table(title, ("feed", "judged", "tags", "right", "precision"), rows)
        typer.echo(f"An interval counts items, each once; below {ENOUGH} with a tag it is too few to say.")


def _precision(one: FeedQuality) -> str:
    low, high = one.interval
    return f"{one.precision.value:.2f} ({low:.2f} to {high:.2f})" if one.told else "too few to say"


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
