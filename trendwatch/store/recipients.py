"""Questions about who gets our mail: who was named, who agreed, who left.

An address is named by the operator or by a request; it gets digests once it agreed. Being named and the
question, agreeing, leaving and what follows for mails that wait and what was told are one transaction each.
Who left or refuses mail stays left, also after everything else about the business was erased: a keyed hash
is enough to know the address again.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, true, update

from trendwatch.errors import NotFound
from trendwatch.store.delivery_rows import add_once, cancel, end_notice
from trendwatch.store.delivery_tables import RecipientRow, SigningKeyRow, SuppressionRow
from trendwatch.store.digest_tables import DigestRow
from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.types.delivery import Consent, Delivery, Recipient
from trendwatch.types.identity import stable_id

_RECIPIENT = table(RecipientRow)
_SUPPRESSION = table(SuppressionRow)
_KEY = table(SigningKeyRow)
_DIGEST = table(DigestRow)

#: What an address did that forbids to write to it unasked.
LEFT = (Consent.UNSUBSCRIBED, Consent.SUPPRESSED)
#: What is told of an address that refuses mail for good.
SUPPRESSED = "suppressed"
#: Makes the letter that asks an address, of what it is known as.
Question = Callable[[Recipient], Delivery]


def recipient_id(business_key: str, address: str) -> str:
    """Return what stands for an address in links and rows, the same however it is written."""
    return stable_id("recipient", business_key, plain_address(address))


def plain_address(address: str) -> str:
    """Return an address as it is compared: without spaces, in lower case."""
    return address.strip().lower()


class Recipients:
    """Mail addresses and whether they want our mail."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def name(
        self,
        business_key: str,
        address: str,
        *,
        agreed: bool,
        origin: str,
        now: datetime,
        question: Question | None = None,
    ) -> tuple[Recipient, bool]:
        """Know an address; return it as it is known, and whether it is new.

        An address that left before, as the suppression list remembers, is known as left. Of several who name
        one address at once, one finds it new, and that one asks it.

        Args:
            business_key: whose digest it gets
            address: one mail address
            agreed: somebody vouches for it; else it has to be asked
            origin: operator or asked
            now: aware UTC
            question: what a new address is asked with that nobody vouches for
        """
        key = recipient_id(business_key, address)
        with writing(self._engine) as connection:
            consent = Consent.CONFIRMED if agreed else Consent.ASKED
            new = self._name(connection, business_key, address, consent=consent, origin=origin, now=now)
            found = self._read(connection, key)
            if new and question is not None and found.consent is Consent.ASKED:
                add_once(connection, question(found))
        return found, new

    def _name(
        self,
        connection: Connection,
        business_key: str,
        address: str,
        *,
        consent: Consent,
        origin: str,
        now: datetime,
    ) -> bool:
        reason = self._reason(connection, business_key, address)
        statement = insert(connection, RecipientRow).values(
            id=recipient_id(business_key, address),
            business_key=business_key,
            address=address.strip(),
            consent=reason or str(consent),
            origin=origin,
            since=now,
            changed_at=now,
            left_at=now if reason else None,
            hard_bounces=0,
            soft_bounces=0,
        )
        statement = statement.on_conflict_do_nothing(index_elements=["id"])
        return connection.execute(statement.returning(_RECIPIENT.c.id)).scalar() is not None

    def get(self, recipient: str) -> Recipient:
        """Return one address.

        Raises:
            NotFound: there is none of this id.
        """
        found = self.find(recipient)
        if found is None:
            raise NotFound("recipient", recipient)
        return found

    def find(self, recipient: str) -> Recipient | None:
        """Return one address, None where there is none of this id."""
        found = self._select(_RECIPIENT.c.id == recipient)
        return found[0] if found else None

    def of(self, business_key: str) -> list[Recipient]:
        """Return every address of a business, whatever it wants."""
        return self._select(_RECIPIENT.c.business_key == business_key)

    def known(self) -> dict[str, dict[str, Recipient]]:
        """Return every address of every business, by business and id."""
        found: dict[str, dict[str, Recipient]] = {}
        for one in self._select(true()):
            found.setdefault(one.business_key, {})[one.id] = one
        return found

    def forget(self, recipient: str, *, now: datetime) -> None:
        """Take back what waits for an address nobody names any more; one that left stays known as such."""
        left = [str(consent) for consent in LEFT]
        with writing(self._engine) as connection:
            mine = (_RECIPIENT.c.id == recipient, _RECIPIENT.c.consent.not_in(left))
            if connection.execute(delete(_RECIPIENT).where(*mine)).rowcount:
                cancel(connection, recipient, "the address is no longer named")
            end_notice(connection, SUPPRESSED, recipient, now=now)

    def ask(
        self, business_key: str, address: str, *, origin: str, question: Question, now: datetime
    ) -> Recipient:
        """Know an address and ask it, once more where it left, but not where it agreed; return it."""
        key = recipient_id(business_key, address)
        with writing(self._engine) as connection:
            self._name(connection, business_key, address, consent=Consent.ASKED, origin=origin, now=now)
            found = self._read(connection, key)
            if found.consent is not Consent.CONFIRMED:
                self._change(connection, found, Consent.ASKED, now=now)
                found = self._read(connection, key)
                add_once(connection, question(found))
        return found

    def vouch(self, recipient: str, latest: Delivery | None, *, origin: str, now: datetime) -> bool:
        """Take an address that was asked as agreed, with the latest digest on its way to it.

        Return False where it is not waiting to answer, or has left before: then only its own word counts.
        """
        asked = (_RECIPIENT.c.consent == str(Consent.ASKED), _RECIPIENT.c.left_at.is_(None))
        values = {"consent": str(Consent.CONFIRMED), "origin": origin, "changed_at": now}
        with writing(self._engine) as connection:
            agreed = update(_RECIPIENT).where(_RECIPIENT.c.id == recipient, *asked).values(**values)
            if not connection.execute(agreed).rowcount:
                return False
            cancel(connection, recipient, "the operator vouches for the address")
            self._send(connection, latest)
        return True

    def agree(self, recipient: str, latest: Delivery | None, *, now: datetime) -> Recipient:
        """Note that an address wants our mail, with the latest digest on its way to it; return it.

        Raises:
            NotFound: there is none of this id.
        """
        with writing(self._engine) as connection:
            found = self._read(connection, recipient)
            if found.consent is not Consent.CONFIRMED:
                self._change(connection, found, Consent.CONFIRMED, now=now)
                marks = _SUPPRESSION.c.hash.in_(self._hashes(connection, found.business_key, found.address))
                connection.execute(delete(_SUPPRESSION).where(marks))
                self._send(connection, latest)
        return self.get(recipient)

    def leave(self, recipient: str, *, now: datetime) -> int:
        """Note that an address wants no more; return how many mails to it were still waiting.

        Raises:
            NotFound: there is none of this id.
        """
        with writing(self._engine) as connection:
            found = self._read(connection, recipient)
            if found.consent is not Consent.UNSUBSCRIBED:
                self._change(connection, found, Consent.UNSUBSCRIBED, now=now)
            return cancel(connection, recipient, "unsubscribed")

    def signing_key(self, purpose: str) -> str:
        """Return this database's key for a purpose; made when it is first asked for."""
        with reading(self._engine) as connection:
            found = connection.execute(select(_KEY.c.value).where(_KEY.c.purpose == purpose)).scalar()
        if found is not None:
            return str(found)
        with writing(self._engine) as connection:
            return _made_key(connection, purpose)

    def suppress(self, connection: Connection, business_key: str, *, now: datetime) -> None:
        """Keep, inside a transaction, a keyed hash of everybody who left a business that is erased."""
        for one in self._rows(connection, _RECIPIENT.c.business_key == business_key):
            if one.consent in LEFT:
                hashes = self._hashes(connection, one.business_key, one.address)
                mark = hashes[one.consent is Consent.SUPPRESSED]
                values = {"hash": mark, "reason": str(one.consent), "since": now}
                statement = insert(connection, SuppressionRow).values(**values)
                connection.execute(statement.on_conflict_do_nothing(index_elements=["hash"]))

    def _reason(self, connection: Connection, business_key: str, address: str) -> str:
        hashes = self._hashes(connection, business_key, address)
        query = select(_SUPPRESSION.c.reason).where(_SUPPRESSION.c.hash.in_(hashes))
        return str(connection.execute(query).scalar() or "")

    @staticmethod
    def _hashes(connection: Connection, business_key: str, address: str) -> tuple[str, str]:
        """Return the hashes of an address for one business (who left it), and for all (refuses mail)."""
        key = _made_key(connection, "suppression").encode()
        plain = plain_address(address)
        texts = (f"{business_key}\x1f{plain}", plain)
        one, every = (hmac.new(key, text.encode(), sha256).hexdigest() for text in texts)
        return one, every

    @staticmethod
    def _send(connection: Connection, latest: Delivery | None) -> None:
        if latest is not None:
            digest = (_DIGEST.c.business_key == latest.business_key, _DIGEST.c.period == latest.period)
            seq = connection.execute(select(_DIGEST.c.seq).where(*digest)).scalar()
            add_once(connection, latest, seq)

    @staticmethod
    def _change(connection: Connection, found: Recipient, consent: Consent, *, now: datetime) -> None:
        """Change what an address wants; that it is given up is no longer so, nor to be told."""
        values: dict[str, Any] = {"consent": str(consent), "changed_at": now}
        if consent is Consent.CONFIRMED:
            values |= {"hard_bounces": 0, "soft_bounces": 0, "left_at": None}
        elif consent is Consent.UNSUBSCRIBED:
            values["left_at"] = now
        connection.execute(update(_RECIPIENT).where(_RECIPIENT.c.id == found.id).values(**values))
        end_notice(connection, SUPPRESSED, found.id, now=now)

    def _read(self, connection: Connection, recipient: str) -> Recipient:
        """Return one of them.

        Raises:
            NotFound: there is none.
        """
        found = self._rows(connection, _RECIPIENT.c.id == recipient)
        if not found:
            raise NotFound("recipient", recipient)
        return found[0]

    def _select(self, condition: Any) -> list[Recipient]:
        with reading(self._engine) as connection:
            return self._rows(connection, condition)

    @staticmethod
    def _rows(connection: Connection, condition: Any) -> list[Recipient]:
        query = select(_RECIPIENT).where(condition).order_by(_RECIPIENT.c.since, _RECIPIENT.c.id)
        rows = connection.execute(query).mappings()
        return [Recipient(**row | {"consent": Consent(row["consent"])}) for row in map(dict, rows)]


def _made_key(connection: Connection, purpose: str) -> str:
    made = insert(connection, SigningKeyRow).values(purpose=purpose, value=secrets.token_urlsafe(32))
    connection.execute(made.on_conflict_do_nothing(index_elements=["purpose"]))
    return str(connection.execute(select(_KEY.c.value).where(_KEY.c.purpose == purpose)).scalar_one())
