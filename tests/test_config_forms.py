"""Single values are accepted or refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.config.forms import allowed_address, clock, feed_url, line, same_address
from trendwatch.net.guard import Allowed


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("127.0.0.0/8:8080", True),
        ("127.0.0.1:80", True),
        ("10.1.0.0/16", True),
        ("10.1.2.3", True),
        ("[::1]:8080", True),
        ("[::1]/128:8080", True),
        ("[fd00::/8]:80", True),
        ("fd00::/8:80", True),
        ("fd00::/8", True),
        ("::1", True),
        ("", False),
        (":80", False),
        ("localhost:80", False),
        ("10.0.0.1/8:80", False),  # host bits
        ("10.0.0.0/8:0", False),
        ("10.0.0.0/8:65536", False),
        ("10.0.0.0/8:http", False),
        ("10.0.0.0/33:80", False),
    ],
)
def test_allowed_address_is_what_the_guard_reads(text: str, fine: bool) -> None:
    for read in (allowed_address, Allowed.parse):
        if fine:
            read(text)
        else:
            with pytest.raises(ValueError, match=r"."):
                read(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://x.example/feed", "http://X.EXAMPLE:443/feed#top", True),
        ("https://x.example", "https://x.example/", True),
        ("https://x.example/feed", "https://x.example/Feed", False),
        ("https://x.example/feed?a=1", "https://x.example/feed?a=2", False),
        ("https://x.example:8080/", "https://x.example/", False),
    ],
)
def test_spellings_of_one_address(one: str, other: str, same: bool) -> None:
    assert (same_address(one) == same_address(other)) is same


@given(st.times())
def test_any_time_of_day_is_read(moment: object) -> None:
    assert clock(f"{moment:%H:%M}") == moment.replace(second=0, microsecond=0)  # type: ignore[attr-defined]


@given(st.text())
def test_what_is_accepted_fits_a_header(text: str) -> None:  # D6
    for accept in (line, feed_url):
        try:
            accepted = accept(text)
        except ValueError:
            continue
        assert not set(accepted) & set("\r\n\0")
        assert accept(accepted) == accepted
