"""Identity is computed from content, so that storing twice is storing once."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urlsplit

_SEPARATOR = b"\x1f"  # cannot occur in keys: control characters are stripped from feeds


def stable_id(*parts: str) -> str:
    """Return 20 hex digits that depend on the parts and their order, on every machine and for ever."""
    joined = _SEPARATOR.join(part.encode("utf-8", "surrogatepass") for part in parts)
    return blake2b(joined, digest_size=10).hexdigest()


@lru_cache(maxsize=4096)
def server_of(url: str) -> str:
    """Return what counts as one server to be polite to: the host, with its port where that is unusual.

    80 and 443 are one server. An address that names no host has none: "".
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if ":" in host:
        host = f"[{host}]"
    return host if port in (None, 80, 443) else f"{host}:{port}"
