"""A delivery as what travels: the digest or letter, its links and headers; and whether it is still wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from trendwatch.deliver.links import PREFIX, Links
from trendwatch.mailbox import mailbox
from trendwatch.render.email import mail
from trendwatch.render.hook import payload
from trendwatch.render.inline import LinkView
from trendwatch.render.letters import letter_mail, quiet_note
from trendwatch.render.template import issue_url
from trendwatch.store import Store
from trendwatch.types.delivery import Channel, Consent, Delivery, DeliveryKind, Hook, Letter, Mail

_MAY_GET_LETTERS = frozenset({Consent.ASKED, Consent.CONFIRMED})


def unwanted(store: Store, delivery: Delivery) -> str:
    """Return why a delivery is not wanted any more, "" where it is."""
    if not delivery.target:
        return ""
    if delivery.channel is Channel.WEBHOOK:
        endpoint = store.endpoints.find(delivery.target)
        return "the webhook was removed" if endpoint is None else endpoint.disabled
    reader = store.recipients.find(delivery.target)
    if reader is None:
        return "the address is no longer named"
    wanted = (
        reader.consent in _MAY_GET_LETTERS
        if delivery.kind is DeliveryKind.LETTER
        else reader.consent is Consent.CONFIRMED
    )
    return "" if wanted else f"the address is {reader.consent}"


def hook_for(store: Store, delivery: Delivery, *, site: str, now: datetime) -> Hook:
    """Return the call that tells of a digest, signed by the secrets of now.

    Raises:
        NotFound: webhook or digest are gone.
    """
    endpoint = store.endpoints.get(delivery.target)
    digest = store.digests.get(delivery.business_key, delivery.period)
    rotating = endpoint.former and endpoint.former_until is not None and now < endpoint.former_until
    return Hook(
        id=delivery.id,
        url=endpoint.url,
        body=payload(digest, base_url=f"{site}/digests/{delivery.business_key}"),
        secrets=(endpoint.secret, endpoint.former) if rotating else (endpoint.secret,),
        at=now,
    )


def mail_for(store: Store, delivery: Delivery, *, sender: str, site: str, links: Links, banner: str) -> Mail:
    """Return the mail of a delivery: the same bytes at every try.

    Raises:
        NotFound: its digest is gone.
    """
    domain = _domain(sender)
    envelope = {"sender": sender, "to": delivery.address, "message_id": f"<{delivery.id}@{domain}>"}
    listed = ("List-Id", f"<{delivery.business_key.replace('_', '-')}.trendwatch.{domain}>")
    if delivery.letter is not None:
        date = delivery.first_attempt_at or delivery.next_attempt_at
        assert date is not None
        ways = _leaving(links, delivery.target, made=date)
        letter = _below(site, delivery.letter)
        shown = letter_mail(letter, **envelope, date=date, banner=banner, reader_links=ways)
        return replace(shown, headers=_headers(links, delivery.target, made=date))
    digest = store.digests.get(delivery.business_key, delivery.period)
    base_url = _issues(links, delivery, site=site, made=digest.cutoff)
    ways = _ways(links, delivery.target, made=digest.cutoff)
    if digest.quiet_choice == "note":
        letter = quiet_note(digest, url=issue_url(base_url, digest.period))
        shown = letter_mail(letter, **envelope, date=digest.cutoff, banner=banner, reader_links=ways)
    else:
        votes = _votes(links, delivery, made=digest.cutoff) if digest.picks else ""
        shown = mail(digest, **envelope, base_url=base_url, banner=banner, reader_links=ways, votes_url=votes)
    return replace(shown, headers=(listed, *_headers(links, delivery.target, made=digest.cutoff)))


def _domain(sender: str) -> str:
    """Return whose mail it is, for the ids in its headers: others are taken for forged."""
    try:
        return mailbox(sender).domain
    except ValueError:
        return "trendwatch"  # no header can say this sender; the hand-over tells the operator


def _issues(links: Links, delivery: Delivery, *, site: str, made: datetime) -> str:
    """Return where the issues are for this reader: our pages may ask for a key, which no reader has."""
    if not delivery.target:
        return f"{site}/digests/{delivery.business_key}"
    return links.to("issues", delivery.target, made=made)


def _below(site: str, letter: Letter) -> Letter:
    """Return a letter whose links lead to our pages where they are served now."""
    begins = f"{PREFIX}/"
    said = (f"{site.rstrip('/')}{one}" if one.startswith(begins) else one for one in letter.paragraphs)
    return replace(letter, paragraphs=tuple(said))


def _leaving(links: Links, reader: str, *, made: datetime) -> tuple[LinkView, ...]:
    """Return the one thing that can be done about a letter: who was only asked may change no digest."""
    return (LinkView(text="Unsubscribe", url=links.to("unsubscribe", reader, made=made)),) if reader else ()


def _ways(links: Links, reader: str, *, made: datetime) -> tuple[LinkView, ...]:
    """Return what a reader can do about a digest."""
    if not reader:
        return ()
    return (
        LinkView(text="Less often, pause, change topics", url=links.to("preferences", reader, made=made)),
        *_leaving(links, reader, made=made),
    )


def _votes(links: Links, delivery: Delivery, *, made: datetime) -> str:
    """Return where a reader says what the stories of an issue were worth, "" for nobody we know."""
    if not delivery.target:
        return ""
    return links.to("votes", f"{delivery.target}/{delivery.period}", made=made)


def _headers(links: Links, reader: str, *, made: datetime) -> tuple[tuple[str, str], ...]:
    """Return what lets a mail program leave with one click (RFC 8058), and keeps automatic replies away."""
    machine = ("Auto-Submitted", "auto-generated")
    if not reader:
        return (machine,)
    leave = links.to("unsubscribe", reader, made=made)
    return (
        ("List-Unsubscribe", f"<{leave}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        machine,
    )
