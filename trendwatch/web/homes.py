"""Where a business probably is: a guess to start a form with, from the languages its browser asks for.

A browser says ``de-AT,de;q=0.9``: the first region named is taken, else the region where a language is at
home. It is shown and can be changed; where nothing fits, nothing is assumed (world, UTC, EUR).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Home:
    """A region with what people there probably have."""

    #: ISO 3166, or world
    region: str
    name: str
    #: ISO 4217
    currency: str
    #: IANA name
    timezone: str


_NOWHERE = Home("world", "Anywhere", "EUR", "UTC")
#: Regions offered by name; of one with several zones that of most people.
PLACES = (
    _NOWHERE,
    Home("AU", "Australia", "AUD", "Australia/Sydney"),
    Home("AT", "Austria", "EUR", "Europe/Vienna"),
    Home("BE", "Belgium", "EUR", "Europe/Brussels"),
    Home("BR", "Brazil", "BRL", "America/Sao_Paulo"),
    Home("CA", "Canada", "CAD", "America/Toronto"),
    Home("CZ", "Czechia", "CZK", "Europe/Prague"),
    Home("DK", "Denmark", "DKK", "Europe/Copenhagen"),
    Home("FI", "Finland", "EUR", "Europe/Helsinki"),
    Home("FR", "France", "EUR", "Europe/Paris"),
    Home("DE", "Germany", "EUR", "Europe/Berlin"),
    Home("GR", "Greece", "EUR", "Europe/Athens"),
    Home("IN", "India", "INR", "Asia/Kolkata"),
    Home("IE", "Ireland", "EUR", "Europe/Dublin"),
    Home("IT", "Italy", "EUR", "Europe/Rome"),
    Home("JP", "Japan", "JPY", "Asia/Tokyo"),
    Home("NL", "Netherlands", "EUR", "Europe/Amsterdam"),
    Home("NZ", "New Zealand", "NZD", "Pacific/Auckland"),
    Home("NO", "Norway", "NOK", "Europe/Oslo"),
    Home("PL", "Poland", "PLN", "Europe/Warsaw"),
    Home("PT", "Portugal", "EUR", "Europe/Lisbon"),
    Home("ES", "Spain", "EUR", "Europe/Madrid"),
    Home("SE", "Sweden", "SEK", "Europe/Stockholm"),
    Home("CH", "Switzerland", "CHF", "Europe/Zurich"),
    Home("GB", "United Kingdom", "GBP", "Europe/London"),
    Home("US", "United States", "USD", "America/New_York"),
)
_BY_REGION = {one.region: one for one in PLACES}
#: Where a language is at home; English is everywhere.
_BY_LANGUAGE = {"cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "es": "ES", "fi": "FI", "fr": "FR"} | {
    "it": "IT",
    "ja": "JP",
    "nb": "NO",
    "nl": "NL",
    "no": "NO",
    "pl": "PL",
    "pt": "PT",
    "sv": "SE",
}
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}))?")


def guessed(accept_language: str) -> Home:
    """Return where a business probably is, by an Accept-Language header."""
    tags = [found for one in accept_language[:200].split(",") if (found := _TAG.match(one.strip()))]
    regions = [(tag[2] or "").upper() for tag in tags] + [
        _BY_LANGUAGE.get(tag[1].lower(), "") for tag in tags
    ]
    return next((_BY_REGION[one] for one in regions if one in _BY_REGION), _NOWHERE)
