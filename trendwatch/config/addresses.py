"""Which host names are this machine's own, and where pages are when nobody named a public address."""

from __future__ import annotations

from ipaddress import ip_address

_EVERYWHERE = {4: "127.0.0.1", 6: "::1"}


def is_local(name: str) -> bool:
    """Return whether a host name is this machine's for every resolver: nobody else can mean us by it."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def page_address(host: str, port: int) -> str:
    """Return where pages are that are listened for at a host; "listen everywhere" is no place to go to."""
    try:
        address = ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    name = _EVERYWHERE[address.version] if address.is_unspecified else host
    return f"http://[{name}]:{port}" if address.version == 6 else f"http://{name}:{port}"  # noqa: PLR2004
