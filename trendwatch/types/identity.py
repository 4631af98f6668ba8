"""Identity is computed from content, so that storing twice is storing once."""

from __future__ import annotations

from hashlib import blake2b

_SEPARATOR = b"\x1f"  # cannot occur in keys: control characters are stripped from feeds


def stable_id(*parts: str) -> str:
    """Return 20 hex digits that depend on the parts and their order, on every machine and for ever."""
    joined = _SEPARATOR.join(part.encode("utf-8", "surrogatepass") for part in parts)
    return blake2b(joined, digest_size=10).hexdigest()
