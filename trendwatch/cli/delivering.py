"""What leaves and who gets it: deliveries, notices, readers and webhooks of businesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.cli.steps import describe
from trendwatch.types.delivery import Consent, DeliveryState

if TYPE_CHECKING:
    from trendwatch.types.delivery import Endpoint


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    deliveries = typer.Typer(help="Deliveries: list, send again, notices.", no_args_is_help=True)
    deliveries.command("list")(list_deliveries)
    deliveries.command("again")(send_again)
    deliveries.command("notices")(list_notices)
    app.add_typer(deliveries, name="deliveries")
    readers = typer.Typer(help="Mail addresses: list, invite, remove.", no_args_is_help=True)
    readers.command("list")(list_readers)
    readers.command("invite")(invite_reader)
    readers.command("remove")(remove_reader)
    app.add_typer(readers, name="readers")
    webhooks = typer.Typer(help="Webhooks: list, add, rotate, enable, remove.", no_args_is_help=True)
    webhooks.command("list")(list_webhooks)
    webhooks.command("add")(add_webhook)
    webhooks.command("rotate")(rotate_webhook)
    webhooks.command("enable")(enable_webhook)
    webhooks.command("remove")(remove_webhook)
    app.add_typer(webhooks, name="webhooks")


def list_deliveries(
    context: typer.Context,
    state: Annotated[list[DeliveryState] | None, typer.Option(help="Only these; repeat for more.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most this many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was sent and what waits, the latest first; what may have come twice is marked."""
    with given(context).service() as service:
        found = service.store.deliveries.latest(states=state or (), limit=limit)
        if as_json:
            for one in found:
                print_json(one)
            return
        rows = [
            (
                one.id,
                one.business_key or "operator",
                one.period or one.kind,
                one.channel,
                one.state + (f", {one.doubts} in doubt" if one.doubts else ""),
                one.attempts,
                describe(one.next_attempt_at) if one.next_attempt_at else "",
                one.detail,
            )
            for one in found
        ]
        columns = ("id", "for", "issue", "way", "state", "tries", "next", "last answer")
        print_table("Deliveries", columns, rows)


def send_again(context: typer.Context, delivery: str) -> None:
    """Send a delivery once more under the same id, whatever became of it."""
    with given(context).service() as service:
        one = service.store.deliveries.again(delivery, now=service.clock())
        typer.echo(f"{one.id} goes out with the next trendwatch deliver or tick")


def list_notices(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what somebody must know: mail refused, digests stopped, addresses and webhooks switched off."""
    with given(context).service() as service:
        for one in service.store.notices.latest(over=every):
            if as_json:
                print_json(one)
            else:
                over = f", over {describe(one.ended_at)}" if one.ended_at else ""
                typer.echo(f"{describe(one.opened_at)}{over}  {one.business_key or 'operator'}: {one.text}")


def list_readers(context: typer.Context, business: str, as_json: AsJson = False) -> None:
    """List the mail addresses of a business and whether they agreed."""
    with given(context).service() as service:
        found = service.store.recipients.of(business)
        if as_json:
            for one in found:
                print_json(one)
            return
        rows = [
            (
                one.id,
                one.address,
                one.consent,
                one.origin,
                f"{one.hard_bounces} hard, {one.soft_bounces} soft",
            )
            for one in found
        ]
        print_table("Addresses", ("id", "address", "consent", "named by", "refused"), rows)


def invite_reader(context: typer.Context, business: str, address: str) -> None:
    """Ask an address whether it wants a business's digest; nothing is sent before it agreed."""
    from trendwatch.pipeline.outgoing import ASK_AGAIN, invite

    with given(context).service() as service:
        settings, now = service.settings, service.clock()
        asked = service.store.deliveries.has_letter_to(address, since=now - ASK_AGAIN)
        reader = invite(
            service.store,
            service.config.business(business),
            address,
            site=settings.serve.site,
            mail=settings.mail.channel,
            now=now,
        )
        typer.echo(f"{reader.id} {reader.consent}: {_invited(reader.consent, asked=asked)}")


def _invited(consent: Consent, *, asked: bool) -> str:
    """Return what came of asking an address."""
    if consent is Consent.CONFIRMED:
        return "it agreed before and gets the digest; no question is sent"
    if asked:
        return "it had a letter of ours in the last seven days; no other question is sent before"
    return "a question goes out with the next trendwatch deliver or tick; nothing else before it agrees"


def remove_reader(context: typer.Context, reader: str) -> None:
    """Send nothing more to an address, as if it had left by itself."""
    with given(context).service() as service:
        taken = service.store.recipients.leave(reader, now=service.clock())
        typer.echo(f"nothing more is sent to it; {taken} waiting taken back")


def list_webhooks(context: typer.Context, business: str, as_json: AsJson = False) -> None:
    """List the webhooks of a business; secrets are not shown."""
    with given(context).service() as service:
        found = service.store.endpoints.of(business)
        if as_json:
            for one in found:
                print_json({**plain_value(one), "secret": "***", "former": "***" if one.former else ""})
            return
        rows = [(one.id, one.url, one.disabled or "on", describe(one.since)) for one in found]
        print_table("Webhooks", ("id", "address", "state", "since"), rows)


def add_webhook(context: typer.Context, business: str, url: str) -> None:
    """Send a business's digests as JSON to an address of its own software; its secret is shown once."""
    from trendwatch.pipeline.outgoing import add_endpoint
    from trendwatch.ways import make_poster

    with given(context).service() as service:
        service.config.business(business)
        poster = make_poster(service.settings)
        found = add_endpoint(service.store, business, url, poster=poster, now=service.clock())
        _say_secret(found)


def rotate_webhook(context: typer.Context, webhook: str) -> None:
    """Give a webhook a new secret, shown once; the old one signs beside it for a day."""
    from trendwatch.deliver.webhook import new_secret

    with given(context).service() as service:
        _say_secret(service.store.endpoints.rotate(webhook, secret=new_secret(), now=service.clock()))


def _say_secret(endpoint: Endpoint) -> None:
    typer.echo(f"{endpoint.id} {endpoint.url}")
    typer.echo(endpoint.secret)
    typer.echo("Keep it: receivers check our signature with it, and it is not shown again.", err=True)


def enable_webhook(context: typer.Context, webhook: str) -> None:
    """Switch a webhook on again."""
    with given(context).service() as service:
        service.store.endpoints.enable(webhook, now=service.clock())
        typer.echo(f"{webhook} is on; trendwatch deliveries again sends what it missed")


def remove_webhook(context: typer.Context, webhook: str) -> None:
    """Forget a webhook, and take back what waits for it."""
    with given(context).service() as service:
        service.store.endpoints.get(webhook)
        service.store.endpoints.remove(webhook, now=service.clock())
        typer.echo(f"{webhook} is removed")
