"""Who may ask: a key in ``Authorization``, unless the service is for this machine only (gate.py).

Programs send ``Bearer tw_...``; browsers ask for a name and password, and the password is the key. Every
request asks the store, so a revoked key is useless at once. What is open is listed; a new route is closed.
"""

from __future__ import annotations

import base64
import binascii

from trendwatch.store import Store

#: Whether the service lives is told to anybody, the looks of a page hold no news, links of mails are signed.
_OPEN = ("/static/", "/static-offline-docs/", "/mail/")
#: Their POST comes from mail programs too, without cookies: the signature is the permission.
_SIGNED = "/mail/"
_OPEN_FILES = ("/api/v1/health", "/favicon.ico", "/robots.txt")

#: Shown by browsers' own dialogue, and to programs.
CHALLENGE = 'Basic realm="trendwatch: any name, and a key as password", charset="UTF-8", Bearer'


def is_open(path: str) -> bool:
    """Return whether an address needs no key."""
    return path in _OPEN_FILES or path.startswith(_OPEN)


def is_signed(path: str) -> bool:
    """Return whether an address is a signed link, which carries its permission itself."""
    return path.startswith(_SIGNED)


def admits(store: Store, authorization: str) -> bool:
    """Return whether an Authorization header carries a key that is known and not revoked.

    Raises:
        StorageUnavailable: the store cannot be asked now.
    """
    key = key_in(authorization)
    return key.startswith("tw_") and store.keys.accepts(key)


def key_in(authorization: str) -> str:
    """Return the key of an Authorization header, "" where there is none."""
    scheme, _, rest = authorization.strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer":
        return _plain(rest)
    if scheme.lower() == "basic":
        return _password(rest)
    return ""


def _password(encoded: str) -> str:
    try:
        pair = base64.b64decode(encoded, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return _plain(pair.partition(":")[2])


def _plain(key: str) -> str:
    """Return a key as it may be looked up: what cannot be one is no key."""
    return key if key.isascii() and key.isprintable() else ""
