"""Which addresses are ordinary ones of the public internet.

Ranges: the IANA special-purpose registries of IPv4 and IPv6, as of November 2026, plus the one metadata
address that lies in public space. The whole of a registry entry is blocked, also the few globally
reachable addresses inside (192.0.0.9, 2001:1::1): no feed lives there. IPv6 outside 2000::/3 is not
routed on the internet; that covers IPv4-mapped, IPv4-compatible, NAT64, unique-local, link-local,
site-local, loopback and multicast in one rule. On a network that reaches IPv4 through NAT64 the operator
allow-lists ``64:ff9b::/96``. Python's own ``is_global`` is not used: its answers differ between releases.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_SPECIAL_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; holds the metadata address 100.100.100.200
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's metadata in public space
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; holds the metadata address 192.0.0.192
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_ROUTED_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # 6bone, given back
        "3fff::/20",  # documentation
    )
)
# ISATAP writes an IPv4 address behind one of these interface identifiers.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def is_public(address: Address) -> bool:
    """Tell whether an address is an ordinary one of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if address not in _ROUTED_V6 or any(address in network for network in _SPECIAL_V6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
