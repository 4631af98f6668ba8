"""Names of this machine, and addresses that lead somewhere."""

from __future__ import annotations

import pytest

from trendwatch.config.addresses import is_local, page_address
from trendwatch.config.settings import ServeSettings


@pytest.mark.parametrize("name", ["127.0.0.1", "127.3.2.1", "::1", "localhost", "news.localhost"])
def test_names_of_this_machine(name: str) -> None:
    assert is_local(name)


@pytest.mark.parametrize(
    "name", ["", "0.0.0.0", "::", "192.168.1.5", "news.example", "localhost.example", "127.0.0.1.example"]
)
def test_names_of_others(name: str) -> None:
    assert not is_local(name)


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("localhost", 9000, "http://localhost:9000"),
        # to listen everywhere is no place to go to
        ("0.0.0.0", 8000, "http://127.0.0.1:8000"),
        ("::", 8000, "http://[::1]:8000"),
        ("::1", 8000, "http://[::1]:8000"),
        ("192.168.1.5", 80, "http://192.168.1.5:80"),
    ],
)
def test_links_of_mails_lead_somewhere_without_a_public_address(host: str, port: int, address: str) -> None:
    assert page_address(host, port) == address
    assert ServeSettings(host=host, port=port).site == address


@pytest.mark.parametrize(
    ("base_url", "public"),
    [
        ("", False),
        ("http://127.0.0.1:9", False),
        ("http://localhost", False),
        ("https://n.example", True),
        ("http://10.0.0.1", True),
    ],
)
def test_what_is_public(base_url: str, public: bool) -> None:
    assert ServeSettings(base_url=base_url).is_public is public
