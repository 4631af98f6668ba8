"""A small valid configuration, and the means to spoil it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from trendwatch.types.work import Overlay

SETTINGS = """\
# my settings
[poll]
concurrency = 8  # a small machine
"""

TAXONOMY = """\
[area.ai]
name = "Artificial intelligence"
meaning = "Machines that learn"
strong = ["machine learning"]

[area.generative_ai]
name = "Generative AI"
meaning = "Machines that write"
parent = "ai"

[sector.food]
name = "Food"
meaning = "Bakeries and such"

[sector.retail]
name = "Retail"
meaning = "Shops"

[function.marketing]
name = "Marketing"
meaning = "Being found"
"""

FEEDS = """\
# what we read
[feeds.wired]
url = "https://wired.example/feed"
title = "Wired"
owner = "Conde Nast"
areas = ["ai"]  # mostly

# bread
[feeds.crumbs]
url = "https://www.crumbs.example/rss"
kind = "trade_press"
sectors = ["food"]
enabled = false
"""

BAKERY = """\
name = "Bakery Stern"
sector = "food"
goals = ["marketing"]
mutes = ["area:ai"]
digest_day = "friday"
digest_time = "06:30"
timezone = "Europe/Berlin"
email = "stern@bakery.example"
"""

EXAMPLE = '{"title": "Ovens learn", "area": ["generative_ai"], "sector": ["food"]}\n'

SMALL = {
    "trendwatch.toml": SETTINGS,
    "taxonomy.toml": TAXONOMY,
    "feeds.toml": FEEDS,
    "businesses/bakery.toml": BAKERY,
    "examples/mine.jsonl": EXAMPLE,
}

NOON = datetime(2025, 4, 1, 12, tzinfo=UTC)


def write_config(directory: Path, files: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the small configuration, some files replaced (None leaves one out), and return its directory."""
    for name, text in {**SMALL, **(files or {})}.items():
        if text is None:
            continue
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return directory


def overlay(kind: str, key: str, values: Mapping[str, object] | None, *, at: datetime = NOON) -> Overlay:
    """Return a change made by a person."""
    return Overlay(kind=kind, key=key, values=values, changed_at=at, changed_by="ada")
