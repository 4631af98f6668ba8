"""Language: told only where it is sure."""

from __future__ import annotations

import pytest

from trendwatch.tagging.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Landwirte lassen Drohnen steile Weinberge besprühen, sagt der Verband in Stuttgart am Montag",
            "de",
        ),
        ("Les agriculteurs utilisent des drones pour surveiller leurs vignes dans la vallée", "fr"),
        ("Farmers let drones spray steep vineyards in the valley, the association said on Monday", "en"),
        ("Drohnen im Weinberg", "en"),  # too short to be sure
        ("12.5 % · 300 € – 2026", "en"),
        ("", "en"),
        ("Apple iPhone 17 Pro Max vs Samsung Galaxy S25 Ultra", "en"),
    ],
)
def test_detect(text: str, language: str) -> None:
    assert detect([text], ours="en") == [language]


def test_many_in_order_and_hostile_ones() -> None:
    assert detect(["\u202e" * 10_000, "x" * 10_000_000, "🚜" * 99], ours="en") == ["en"] * 3
    assert detect([], ours="en") == []
