"""``vote``: say of a story that was shown what it was worth."""

from __future__ import annotations

from typing import Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json, print_table
from trendwatch.types.votes import VoteKind


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(vote)


def vote(
    context: typer.Context,
    story: Annotated[str, typer.Argument(help="Id of the story; none lists the votes.")] = "",
    kind: Annotated[VoteKind, typer.Argument(help="What is said of it.")] = VoteKind.USEFUL,
    business: Annotated[str, typer.Option("--business", "-b", help="Business key.")] = "",
    label: Annotated[str, typer.Option(help="Full key that is wrong or muted.")] = "",
    week: Annotated[str, typer.Option("--week", "-w", help="Issue that showed it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say of a story that was shown: useful, not_for_me, wrong_tag, mute or nothing; or list the votes."""
    from trendwatch.pipeline.voting import cast

    with given(context).service() as service:
        config = service.config
        config.business(business)
        if story:
            now = service.clock()
            said = {"label": label, "period": week, "by": "cli", "now": now}
            found = [cast(service.store, config, business, story_id=story, kind=kind, **said)]  # type: ignore[arg-type]
        else:
            found = list(service.store.votes.of(business))[::-1]
    if as_json:
        for one in found:
            print_json(one)
        return
    rows = [
        (one.story_id, one.kind, one.label, one.period, f"{one.voted_at:%Y-%m-%d %H:%M}") for one in found
    ]
    print_table("Votes", ("story", "said", "label", "issue", "when"), rows)
