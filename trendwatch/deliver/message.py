"""A mail as the bytes that travel: the same mail gives the same bytes, so a repeat is a true repeat."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Literal

from trendwatch.errors import DeliveryError
from trendwatch.mailbox import mailbox
from trendwatch.types.delivery import Mail
from trendwatch.types.identity import stable_id

if TYPE_CHECKING:
    from email.headerregistry import Address

#: Whose address it is: a reader's that cannot be written is lost for good, our own is the operator's to mend.
Role = Literal["sender", "recipient"]

# A line of quoted-printable cannot hold "=_", so no text can look like the boundary.
_BOUNDARY = "=_{}"
# A header stays on one line: readers of List-Unsubscribe do not all put folded ones together again, and
# Python breaks an address without spaces into encoded words. RFC 5322 2.1.1 allows 998 characters.
_ONE_LINE = SMTP.clone(max_line_length=998)


def message_bytes(mail: Mail) -> bytes:
    """Return a mail as it travels and as it lies in the outbox.

    Raises:
        DeliveryError: permanent, a header or the reader's address cannot be written; or the operator's to
            mend, our own cannot.
    """
    return build_message(mail).as_bytes(policy=_ONE_LINE)


def build_message(mail: Mail) -> EmailMessage:
    """Return a mail as a message with a text and an HTML part.

    Raises:
        DeliveryError: permanent, a header or the reader's address cannot be written; or the operator's to
            mend, our own cannot.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _address(mail.sender, "sender")
        message["To"] = _address(mail.to, "recipient")
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.date)
        message["Message-ID"] = mail.message_id
        for name, value in mail.headers:
            message[name] = value
    except (ValueError, IndexError) as error:  # line breaks; malformed values the parser chokes on
        raise DeliveryError(f"a header cannot be written: {error}", permanent=True) from error
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message.set_boundary(_BOUNDARY.format(stable_id("boundary", mail.message_id)))
    return message


def envelope_address(written: str, role: Role) -> str:
    """Return the bare address of "Name <address>", its domain in ASCII.

    Raises:
        DeliveryError: not exactly one address, or one that needs SMTPUTF8; of a reader it is permanent, our
            own is the operator's to mend.
    """
    return _address(written, role).addr_spec


def _address(written: str, role: Role) -> Address:
    """Return an address as headers hold it.

    Raises:
        DeliveryError: it is none; a sender is the operator's to mend, a reader's is given up.
    """
    try:
        return mailbox(written)
    except ValueError as error:
        ours = role == "sender"
        message = f"the {role} {written!r} {error}"
        raise DeliveryError(message, permanent=not ours, operator=ours) from error
