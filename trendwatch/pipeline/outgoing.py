"""What leaves with a digest, and letters of ours: who gets it, by which way, under which id.

A digest's id is made of business, period and reader and of nothing else, so whatever is repeated, on whatever
server or after whatever change of settings, it is one Message-ID or webhook-id for ever. A question's is made
of the reader and when they were asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from trendwatch.advice.quiet import is_sent
from trendwatch.advice.schedule import is_current, rhythm_words
from trendwatch.deliver.links import Links
from trendwatch.deliver.webhook import new_secret
from trendwatch.errors import InputError
from trendwatch.mailbox import bare_address
from trendwatch.net import NetError
from trendwatch.net.post import Poster
from trendwatch.render.letters import confirmation, told
from trendwatch.store import Store
from trendwatch.store.recipients import LEFT, SUPPRESSED, plain_address, recipient_id
from trendwatch.types.advice import Business, Digest
from trendwatch.types.delivery import (
    Audience,
    Channel,
    Consent,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Endpoint,
    Letter,
    Notice,
    Recipient,
)
from trendwatch.types.identity import stable_id

#: Somebody the operator vouches for, and somebody who was named by page or API.
BY_OPERATOR, BY_REQUEST = "operator", "asked"
#: An address is asked at most once in this time.
ASK_AGAIN = timedelta(days=7)


def deliveries_of(
    store: Store, digest: Digest, business: Business, *, mail: Channel, now: datetime
) -> list[Delivery]:
    """Return what leaves with a digest: a mail for each address that agreed, a call for each webhook."""
    if not is_sent(digest):
        return []
    wanted = {recipient_id(business.key, one) for one in addresses(business)}
    mails = [
        mail_of(digest, one, mail, now=now)
        for one in store.recipients.of(business.key)
        if one.consent is Consent.CONFIRMED and (one.origin == BY_REQUEST or one.id in wanted)
    ]
    hooks = [_hook_of(digest, one, now=now) for one in store.endpoints.of(business.key) if not one.disabled]
    return [*mails, *hooks]


def mail_of(digest: Digest, reader: Recipient, mail: Channel, *, now: datetime) -> Delivery:
    """Return a digest on its way to one address."""
    return Delivery(
        id=stable_id(digest.business_key, digest.period, "mail", reader.id),
        business_key=digest.business_key,
        period=digest.period,
        channel=mail,
        address=reader.address,
        target=reader.id,
        state=DeliveryState.WAITING,
        next_attempt_at=now,
    )


def first_mail(
    store: Store, business: Business | None, reader: Recipient, *, mail: Channel, now: datetime
) -> Delivery | None:
    """Return the digest that somebody gets who has just become a reader, whatever the door; None for none.

    That is the latest issue, where it left the house and no later one is due: news of weeks ago, or of a week
    in which the business wanted nothing, are no welcome.
    """
    latest = next(iter(store.digests.of(reader.business_key, limit=1)), None)
    if business is None or latest is None or not is_sent(latest):
        return None
    return mail_of(latest, reader, mail, now=now) if is_current(business, latest.cutoff, now) else None


def _hook_of(digest: Digest, endpoint: Endpoint, *, now: datetime) -> Delivery:
    return Delivery(
        id=stable_id(digest.business_key, digest.period, "webhook", endpoint.id),
        business_key=digest.business_key,
        period=digest.period,
        channel=Channel.WEBHOOK,
        address=endpoint.url,
        target=endpoint.id,
        state=DeliveryState.WAITING,
        next_attempt_at=now,
    )


def _letter_to(
    letter: Letter,
    address: str,
    *,
    key: str,
    business_key: str,
    target: str,
    mail: Channel,
    now: datetime,
) -> Delivery:
    return Delivery(
        id=key,
        business_key=business_key,
        period="",
        channel=mail,
        address=address,
        target=target,
        state=DeliveryState.WAITING,
        next_attempt_at=now,
        kind=DeliveryKind.LETTER,
        letter=letter,
    )


def addresses(business: Business) -> tuple[str, ...]:
    """Return the addresses an operator named for a business, each once."""
    named = [one for one in (business.email, *business.also_to) if one]
    return tuple({plain_address(one): one for one in named}.values())


def know_readers(
    store: Store, businesses: Iterable[Business], *, site: str, ask_all: bool, mail: Channel, now: datetime
) -> int:
    """Know the addresses that businesses have now, ask those nobody vouches for; return how many are new.

    Args:
        store: where they are kept
        businesses: as configured
        site: where our pages are
        ask_all: the operator's own are asked as well
        mail: by which way
        now: aware UTC
    """
    known = store.recipients.known()
    links = links_of(store, site)
    return sum(
        _know(store, business, known.get(business.key, {}), links=links, ask_all=ask_all, mail=mail, now=now)
        for business in businesses
    )


def _know(
    store: Store,
    business: Business,
    known: Mapping[str, Recipient],
    *,
    links: Links,
    ask_all: bool,
    mail: Channel,
    now: datetime,
) -> int:
    named = {recipient_id(business.key, one): one for one in addresses(business)}
    new = 0
    for key, address in named.items():
        reader = known.get(key)
        if reader is None:
            new += store.recipients.name(
                business.key,
                address,
                agreed=not ask_all,
                origin=BY_OPERATOR,
                now=now,
                question=lambda reader: question(business, reader, links, mail=mail),
            )[1]
        elif not ask_all and reader.consent is Consent.ASKED and reader.left_at is None:
            first = first_mail(store, business, reader, mail=mail, now=now)
            store.recipients.vouch(reader.id, first, origin=BY_OPERATOR, now=now)
    for reader in known.values():
        if reader.origin == BY_OPERATOR and reader.id not in named:
            _drop(store, reader, now=now)
    return new


def _drop(store: Store, reader: Recipient, *, now: datetime) -> None:
    """Forget somebody no file names any more; of one that left only what was told of them is over."""
    if reader.consent not in LEFT:
        store.recipients.forget(reader.id, now=now)
    elif reader.consent is Consent.SUPPRESSED:
        store.notices.end(SUPPRESSED, reader.id, now=now)


def invite(
    store: Store, business: Business, address: str, *, site: str, mail: Channel, now: datetime
) -> Recipient:
    """Know an address and ask it; one that left is asked once more, since somebody asked for it now.

    At most once in seven days, whatever is repeated: whoever holds a key could send as much as they like from
    our address to somebody who never heard of us.

    Raises:
        InputError: this is no mail address, or it was asked for another business in the last seven days.
    """
    if store.deliveries.has_letter_to(address, since=now - ASK_AGAIN):
        reader = store.recipients.find(recipient_id(business.key, address))
        if reader is None:
            raise InputError("this address had a letter of ours in the last seven days; ask it later")
        return reader
    check_address(address)
    links = links_of(store, site)
    return store.recipients.ask(
        business.key,
        address,
        origin=BY_REQUEST,
        question=lambda reader: question(business, reader, links, mail=mail),
        now=now,
    )


def check_address(address: str) -> None:
    """Check that mail can be sent to an address.

    Raises:
        InputError: this is no mail address.
    """
    try:
        bare_address(address)
    except ValueError as error:
        raise InputError(f"the address {error}") from error


def add_endpoint(store: Store, business_key: str, url: str, *, poster: Poster, now: datetime) -> Endpoint:
    """Keep a webhook whose address may be called; return it with its secret.

    Raises:
        InputError: the address may not be called: not public, no https, no such host.
    """
    try:
        poster.check(url)
    except NetError as error:
        raise InputError(f"this webhook cannot be called: {error}") from error
    return store.endpoints.add(business_key, url, secret=new_secret(), now=now)


def links_of(store: Store, site: str) -> Links:
    """Return what makes and reads this database's signed links."""
    return Links(store.recipients.signing_key("links"), site=site)


def question(business: Business, reader: Recipient, links: Links, *, mail: Channel) -> Delivery:
    """Return the letter that asks an address whether it wants a digest: one for each time it is asked."""
    asked = reader.changed_at
    agree = links.path("confirm", reader.id, made=asked)  # the site is that of the day it leaves
    letter = confirmation(business.name, rhythm=rhythm_words(business), agree_url=agree)
    key = stable_id("question", reader.id, asked.isoformat())
    return _letter_to(
        letter, reader.address, key=key, business_key=business.key, target=reader.id, mail=mail, now=asked
    )


def tell(store: Store, notice: Notice, *, subject: str, to: Sequence[str] = (), mail: Channel) -> bool:
    """Tell a person once of what lasts; return False where it was told already.

    The operator is told at ``to`` where there is such an address; an owner at every address of the business
    that agreed, but not at the one it is about.
    """
    return store.notices.open(notice, letters_of(store, notice, subject=subject, to=to, mail=mail))


def letters_of(
    store: Store, notice: Notice, *, subject: str, to: Sequence[str] = (), mail: Channel
) -> tuple[Delivery, ...]:
    """Return the letters that tell a notice, to be kept with it."""
    letter, at = told(subject, notice.text), notice.opened_at
    readers = [(one, "") for one in to]
    if notice.audience is Audience.OWNER:
        agreed = (one for one in store.recipients.of(notice.business_key) if one.consent is Consent.CONFIRMED)
        readers += [(one.address, one.id) for one in agreed if one.id != notice.subject]
    said = (subject, notice.text, at.isoformat())
    return tuple(
        _letter_to(
            letter,
            address,
            key=stable_id("letter", target or address, *said),
            business_key=notice.business_key,
            target=target,
            mail=mail,
            now=at,
        )
        for address, target in readers
    )
