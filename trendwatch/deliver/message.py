"""A mail as the bytes that travel: the same mail gives the same bytes, so a repeat is a true repeat."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses

from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Mail
from trendwatch.types.identity import stable_id

# A line of quoted-printable cannot hold "=_", so no text can look like the boundary.
_BOUNDARY = "=_{}"
# A header stays on one line: readers of List-Unsubscribe do not all put folded ones together again, and
# Python breaks an address without spaces into encoded words. RFC 5322 2.1.1 allows 998 characters.
_ONE_LINE = SMTP.clone(max_line_length=998)


def message_bytes(mail: Mail) -> bytes:
    """Return a mail as it travels and as it lies in the outbox.

    Raises:
        DeliveryError: permanent; an address or header cannot be written.
    """
    return build_message(mail).as_bytes(policy=_ONE_LINE)


def build_message(mail: Mail) -> EmailMessage:
    """Return a mail as a message with a text and an HTML part.

    Raises:
        DeliveryError: permanent; an address or header cannot be written.
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


def envelope_address(written: str, role: str) -> str:
    """Return the bare address of "Name <address>", its domain in ASCII.

    Raises:
        DeliveryError: permanent; not exactly one address, or one that needs SMTPUTF8.
    """
    return _address(written, role).addr_spec


def _address(written: str, role: str) -> Address:
    found = getaddresses([written])
    name, spec = found[0] if len(found) == 1 else ("", "")
    local, _, domain = spec.rpartition("@")
    unwritable = any(not c.isprintable() for c in written)
    if unwritable or not local or not domain or not local.isascii():
        raise DeliveryError(f"the {role} {written!r} is not one plain mail address", permanent=True)
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
        return Address(display_name=name, addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError) as error:  # UnicodeError is a ValueError
        raise DeliveryError(
            f"the {role} {written!r} is not a mail address: {error}", permanent=True
        ) from error
