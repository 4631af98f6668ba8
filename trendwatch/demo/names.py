"""Invented names: people, businesses, makers, products; sums and shares as news writes them."""

from __future__ import annotations

from random import Random

from trendwatch.demo.language import names, sectors

#: Of ten products, those with a version; of ten sums, those in millions.
_VERSIONED, _MILLIONS = 3, 4
_SIGNS = "£ € $".split()


def person(draw: Random) -> tuple[str, str]:
    """Return a first name and a surname."""
    return draw.choice(names()["first"]), draw.choice(names()["surname"])


def business(sector: str, draw: Random) -> str:
    """Return the name of a business of a sector."""
    start = draw.choice(names()[draw.choice(("org_start", "surname"))])
    return f"{start} {draw.choice(sectors()[sector]['suffix'])}"


def maker(topic: str, draw: Random) -> str:
    """Return a maker of what a topic is about; a topic has six of them, so names come back."""
    return _maker(f"{topic}/{draw.randrange(6)}")


def _maker(key: str) -> str:
    fixed = Random(key)
    return f"{fixed.choice(names()['vendor_start'])} {fixed.choice(names()['vendor_end'])}"


def product(topic: str, draw: Random) -> str:
    """Return the name of a product; a topic has forty, some with a version."""
    fixed = Random(f"{topic}/{draw.randrange(40)}")
    name = f"{fixed.choice(names()['product_start'])}{fixed.choice(names()['product_end'])}"
    return f"{name} {draw.randrange(2, 9)}" if fixed.randrange(10) < _VERSIONED else name


def money(draw: Random) -> str:
    """Return a sum."""
    sign = draw.choice(_SIGNS)
    if draw.randrange(10) < _MILLIONS:
        return f"{sign}{draw.uniform(1.1, 90):.1f}m"
    return f"{sign}{draw.randrange(8, 990) * 50:,}"


def price(draw: Random) -> str:
    """Return what a small business pays for a thing."""
    return f"{draw.choice(_SIGNS)}{draw.choice((draw.randrange(9, 90) * 10, draw.randrange(18, 90) * 50)):,}"


def share(draw: Random) -> str:
    """Return a share, written in one of the ways of the trade."""
    number = draw.randrange(6, 68)
    return draw.choice((f"{number} per cent", f"{number}%", f"{number} per cent"))


def places() -> tuple[str, ...]:
    """Return towns of the real world."""
    return names()["place"]


def months() -> tuple[str, ...]:
    """Return the months."""
    return names()["month"]
