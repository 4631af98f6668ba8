"""An address is tried: what is there is told, and nothing is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed
from tests.steps import rule_tagger
from trendwatch.config.forms import same_address
from trendwatch.news.discover import feeds_on
from trendwatch.news.parse import parse
from trendwatch.pipeline.trial import SAMPLE, Bench, free_key, try_address
from trendwatch.types.news import Answer, Document, Failure, Feed, NotModified, PollFailure, Request
from trendwatch.types.trials import Trial

GONE = PollFailure(failure=Failure.NOT_THERE, detail="404")
FEEDS = [a_feed("gazette"), a_feed("wire", url="https://wire.example/rss")]


class Network:
    """Answers from a dictionary, and remembers what was asked."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def get(self, request: Request) -> Answer:
        assert not request.etag and not request.last_modified  # noqa: PT018 - one thought
        self.asked.append(request.url)
        return self.answers.get(request.url, GONE)


def rss(items: int = 8, title: str = "Orchard Post") -> Document:
    entries = "".join(
        f"<item><guid>{n}</guid><title>Drone counts apples on farm {n}</title><link>https://o.example/{n}</link>"
        f"<pubDate>{(NOW - timedelta(hours=3 * n)).strftime('%a, %d %b %Y %H:%M:%S GMT')}</pubDate></item>"
        for n in range(items)
    )
    body = (
        f"<rss version='2.0'><channel><title>{title}</title><language>en</language>{entries}</channel></rss>"
    )
    return Document(url="https://o.example/feed", body=body.encode())


def page(*hrefs: str) -> Document:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in hrefs)
    body = (
        f"<!doctype html><html><head><title>Orchard</title>{links}</head><body><p>Welcome.</p></body></html>"
    )
    return Document(url="https://o.example/", body=body.encode(), content_type="text/html")


def trial(address: str, network: Network, feeds: list[Feed] | None = None) -> Trial:
    bench = Bench(
        fetcher=network, parse=parse, discover=feeds_on, tagger=rule_tagger, same_address=same_address
    )
    return try_address(address, bench, feeds=FEEDS if feeds is None else feeds, now=NOW)


def test_a_feed_is_told_with_a_sample_tags_and_rhythm() -> None:
    network = Network({"https://o.example/feed": rss()})
    found = trial("https://o.example/feed", network)
    assert (found.url, found.format, found.title) == ("https://o.example/feed", "RSS", "Orchard Post")
    assert (found.language, found.entries, found.failure) == ("en", 8, None)
    assert len(found.sample) == SAMPLE == 5
    assert found.sample[0].published_at == NOW
    assert {tag.full_key: tag.terms for tag in found.sample[0].tags}["area:drones"] == ("drone",)
    assert found.rhythm is not None
    assert found.rhythm.median_gap == timedelta(hours=3)
    assert (found.known_as, found.key) == ("", "orchard_post")
    assert network.asked == ["https://o.example/feed"]


def test_a_page_is_searched_and_its_feed_read() -> None:
    network = Network({"https://o.example/": page("/comments", "/feed"), "https://o.example/feed": rss()})
    found = trial("https://o.example/", network)
    assert found.url == "https://o.example/feed"
    assert [one.url for one in found.offered] == ["https://o.example/feed", "https://o.example/comments"]
    assert network.asked == ["https://o.example/", "https://o.example/feed"]


def test_offers_that_lead_nowhere_are_passed_over_but_only_three_are_asked() -> None:
    pages = page(*(f"/{n}" for n in range(6)))
    assert trial(
        "https://o.example/", Network({"https://o.example/": pages, "https://o.example/2": rss()})
    ).url
    network = Network({"https://o.example/": pages, "https://o.example/5": rss()})
    found = trial("https://o.example/", network)
    assert found.failure is not None
    assert found.failure.failure is Failure.NOT_A_FEED
    assert len(found.offered) == 6
    assert len(network.asked) == 1 + 3


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (GONE, Failure.NOT_THERE),
        (PollFailure(failure=Failure.BLOCKED_ADDRESS), Failure.BLOCKED_ADDRESS),
        (NotModified(), Failure.UNEXPECTED_STATUS),
        (Document(url="https://o.example/", body=b"%PDF-1.4 ..."), Failure.NOT_A_FEED),
        (Document(url="https://o.example/", body=b""), Failure.EMPTY_BODY),
        (page(), Failure.NOT_A_FEED),
    ],
)
def test_what_cannot_be_read_says_why(answer: Answer, failure: Failure) -> None:
    found = trial("https://o.example/", Network({"https://o.example/": answer}))
    assert found.failure is not None
    assert (found.failure.failure, found.url, found.offered) == (failure, "", ())


def test_f1_what_a_page_offers_goes_through_the_same_network() -> None:
    network = Network({"https://o.example/": page("http://127.0.0.1/feed")})
    found = trial("https://o.example/", network)
    assert network.asked == ["https://o.example/", "http://127.0.0.1/feed"]  # for the guard to refuse
    assert found.failure is not None


def test_a_feed_that_is_configured_is_recognised_in_another_spelling() -> None:
    network = Network({"http://wire.example/rss": rss()})
    assert trial("http://wire.example/rss", network).known_as == "wire"


def test_an_empty_feed_needs_no_model() -> None:
    def no_tagger() -> object:
        raise AssertionError("nothing is to be tagged")

    network = Network({"https://o.example/feed": rss(items=0)})
    bench = Bench(
        fetcher=network,
        parse=parse,
        discover=feeds_on,
        tagger=no_tagger,
        same_address=same_address,  # type: ignore[arg-type]
    )
    found = try_address("https://o.example/feed", bench, feeds=FEEDS, now=NOW)
    assert (found.entries, found.sample) == (0, ())


@pytest.mark.parametrize(
    ("title", "url", "taken", "key"),
    [
        ("Orchard Post", "https://o.example/", [], "orchard_post"),
        ("Orchard Post", "https://o.example/", ["orchard_post", "orchard_post_2"], "orchard_post_3"),
        ("IT之家", "https://x.example/", [], "it"),
        ("之家", "https://www.ithome.example/rss", [], "ithome_example"),
        ("", "", [], "feed"),
        ("x" * 99, "https://o.example/", [], "x" * 40),
    ],
)
def test_a_key_is_made_that_no_other_feed_has(title: str, url: str, taken: list[str], key: str) -> None:
    assert free_key(title, url, taken=taken) == key
