"""Mail addresses: the one place that says which can be written into a header.

The configuration, the doors and the mail itself ask here, so nothing is accepted that later cannot leave.
They raise ValueError with the end of a sentence that starts with the key: "sender must ...".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.headerregistry import Address

_BARE = re.compile(r"[^\s@<>,;:()\[\]\\\"]+@[^\s@<>,;:()\[\]\\\"]+")
_WANTED = (
    'must be one mail address, a name with a comma or bracket in quotes: "Acme, Inc." <news@acme.example>'
)


def mailbox(written: str) -> Address:
    """Return what a header says for ``name <mail>`` or a bare address, its domain in ASCII.

    Raises:
        ValueError: not exactly one address, or one that needs SMTPUTF8.
    """
    from email.errors import MessageError  # slow to import, and most verbs send nothing
    from email.headerregistry import Address
    from email.utils import getaddresses

    found = getaddresses([written])
    name, spec = found[0] if len(found) == 1 else ("", "")
    local, _, domain = spec.rpartition("@")
    if not written.isprintable() or not local or not domain:
        raise ValueError(_WANTED)
    if not local.isascii():
        raise ValueError("must have ASCII letters before its @: not every mail server takes others")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
        return Address(display_name=name, addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, MessageError) as error:  # UnicodeError is a ValueError
        raise ValueError(_WANTED) from error


def bare_address(written: str) -> str:
    """Return one mail address without a name, as it was written.

    Raises:
        ValueError: it is something else, or needs SMTPUTF8.
    """
    if not _BARE.fullmatch(written):
        raise ValueError("must be one mail address such as owner@example.org")
    mailbox(written)
    return written
