"""Full text: only where a feed asks and its site allows; what goes wrong never costs an item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest

from tests.seeds import LEASE, NOW, a_feed, a_model, an_item, claim_on, keep
from tests.steps import Clock, understand_all
from tests.test_store_corrections import a_correction, put
from trendwatch.news.article import allows, main_text, pause
from trendwatch.pipeline.pages import FRESH, PagesReport, origin_of, read_pages
from trendwatch.store import Store
from trendwatch.types.news import Answer, Document, Failure, PollFailure, Request
from trendwatch.types.pages import Page, PageProblem, Robots

HOUR = timedelta(hours=1)
GONE = PollFailure(failure=Failure.NOT_THERE)
BROKEN = PollFailure(failure=Failure.SERVER_ERROR)
PARAGRAPH = (
    "A drone flew over the orchard of a farmer this morning and counted each apple on every tree. " * 4
)


def article(text: str = PARAGRAPH) -> Document:
    body = (
        "<!doctype html><html><head><title>Apples</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Apples</h1><p>{text}</p><p>{text.lower()}</p></article>"
        "<footer>Imprint</footer></body></html>"
    )
    return Document(url="https://gazette.example/1", body=body.encode(), content_type="text/html")


def rules(text: str) -> Document:
    return Document(url="https://gazette.example/robots.txt", body=text.encode(), content_type="text/plain")


class Network:
    """Answers from a dictionary, and remembers what was asked."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def stream(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Answer]]:
        for request in requests:
            self.asked.append(request.url)
            yield request, self.answers.get(request.url, GONE)


@pytest.fixture
def world(store: Store) -> Store:
    """A feed that asks for full text with two items, one that does not with one."""
    store.feeds.sync([a_feed("gazette", full_text=True), a_feed("wire")])
    store.models.adopt(a_model(), since=NOW - timedelta(days=400))
    items = [an_item(1), an_item(2, url="https://other.example/2"), an_item(3, feed="wire")]
    keep(store, items)
    return store


def run(store: Store, network: Network, *, now: Clock | None = None) -> PagesReport:
    return read_pages(store, lambda: network, main_text, clock=now or Clock(NOW + HOUR), lease=LEASE)


ONE, TWO = an_item(1).id, an_item(2).id


def test_pages_of_feeds_that_ask_are_read_after_the_rules_of_their_sites(world: Store) -> None:
    network = Network({"https://gazette.example/1": article(), "https://other.example/2": article()})
    assert run(world, network).read == 2
    assert sorted(network.asked[:2]) == [
        "https://gazette.example/robots.txt",
        "https://other.example/robots.txt",
    ]
    assert sorted(network.asked[2:]) == ["https://gazette.example/1", "https://other.example/2"]
    page = world.pages.of([ONE])[ONE]
    assert "A drone flew over the orchard" in page.text
    assert "Imprint" not in page.text


def test_a_page_is_asked_for_once(world: Store) -> None:
    network = Network({"https://gazette.example/1": article()})
    run(world, network)
    asked = len(network.asked)
    run(world, network)
    assert len(network.asked) == asked


def test_nothing_is_asked_where_no_feed_wants_it(store: Store) -> None:
    store.feeds.sync([a_feed("wire")])
    keep(store, [an_item(3, feed="wire")])

    def no_network() -> Network:
        raise AssertionError("nobody is to be asked")

    assert read_pages(store, no_network, main_text, clock=Clock(NOW), lease=LEASE) == PagesReport()


@pytest.mark.parametrize(
    ("robots", "problem"),
    [
        (rules("User-agent: *\nDisallow: /"), PageProblem.FORBIDDEN),
        (rules("User-agent: trendwatch\nDisallow: /1\nUser-agent: *\nAllow: /"), PageProblem.FORBIDDEN),
        (rules("User-agent: other\nDisallow: /"), None),
        (rules("User-agent: *\nDisallow: /private"), None),
        (rules("<html>Not found</html>"), None),
        (GONE, None),
        (PollFailure(failure=Failure.REFUSED), None),  # RFC 9309: no rules to be had
        (BROKEN, PageProblem.UNKNOWN_RULES),  # RFC 9309: then nothing may be asked
        (PollFailure(failure=Failure.FETCH_TIMEOUT), PageProblem.UNKNOWN_RULES),
    ],
)
def test_what_a_site_forbids_is_not_asked(world: Store, robots: Answer, problem: PageProblem | None) -> None:
    network = Network({"https://gazette.example/robots.txt": robots, "https://gazette.example/1": article()})
    run(world, network)
    assert world.pages.of([ONE])[ONE].problem is problem
    assert ("https://gazette.example/1" in network.asked) == (problem is None)


def test_rules_are_asked_for_once_a_day(world: Store) -> None:
    network = Network({})
    run(world, network)
    for hours, times in ((2, 1), (23, 1), (26, 2)):
        at = NOW + hours * HOUR
        keep(world, [an_item(100 + hours, at=at)], at=at)
        run(world, network, now=Clock(at))
        assert network.asked.count("https://gazette.example/robots.txt") == times


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (GONE, PageProblem.NOT_FETCHED),
        (BROKEN, PageProblem.NOT_FETCHED),
        (PollFailure(failure=Failure.BLOCKED_ADDRESS), PageProblem.NOT_FETCHED),
        (Document(url="", body=b""), PageProblem.NO_TEXT),
        (Document(url="", body=b"%PDF-1.4"), PageProblem.NO_TEXT),
        (article("Please enable scripts."), PageProblem.NO_TEXT),
    ],
)
def test_what_goes_wrong_is_kept_and_the_item_is_understood_without(
    world: Store, answer: Answer, problem: PageProblem
) -> None:
    report = run(world, Network({"https://gazette.example/1": answer}))
    assert report.problems[problem] >= 1
    assert world.pages.of([ONE])[ONE].problem is problem
    assert understand_all(world, now=NOW + HOUR).items == 3


def test_a_server_that_rests_is_asked_at_a_later_run(world: Store) -> None:
    resting = PollFailure(failure=Failure.RATE_LIMITED, asked=False)
    run(world, Network({"https://gazette.example/1": resting}))
    assert ONE not in world.pages.of([ONE])
    run(world, Network({"https://gazette.example/1": article()}))
    assert world.pages.of([ONE])[ONE].text


def test_a_site_that_wants_a_pause_is_asked_for_one_page_a_run(store: Store) -> None:
    store.feeds.sync([a_feed("gazette", full_text=True)])
    keep(store, [an_item(n) for n in range(4)])
    network = Network({"https://gazette.example/robots.txt": rules("User-agent: *\nCrawl-delay: 20")})
    for asked in (1, 2, 3):
        run(store, network)
        assert len([url for url in network.asked if not url.endswith("robots.txt")]) == asked


def test_old_news_back_log_and_items_without_link(store: Store) -> None:
    store.feeds.sync([a_feed("gazette", full_text=True)])
    old = an_item(1, at=NOW - FRESH - HOUR)
    keep(store, [old, an_item(2, backlog=True), an_item(3, url="")])
    network = Network({})
    run(store, network, now=Clock(NOW))
    assert network.asked == []
    assert set(store.pages.of([old.id, an_item(2).id, an_item(3).id])) == {an_item(3).id}


def test_text_of_the_page_is_tagged_and_the_summary_stays(world: Store) -> None:
    run(world, Network({"https://gazette.example/1": article()}))
    understand_all(world, now=NOW + HOUR)
    tagged = world.items.get(ONE)
    assert {"area:drones", "sector:agriculture"} <= {tag.full_key for tag in tagged.tags}
    assert tagged.item.summary == ""
    assert world.items.get(TWO).tags == ()


def test_who_watches_and_learns_reads_what_the_tagger_read(world: Store) -> None:
    run(world, Network({"https://gazette.example/1": article()}))
    understand_all(world, now=NOW + HOUR)
    page = world.pages.of([ONE])[ONE].text
    since, until = NOW - timedelta(days=9), NOW + timedelta(days=9)
    asked = {item: text for item, _, text in world.corrections.candidates(since, limit=9)}
    assert asked[ONE] == page != ""
    version = world.models.current().version  # type: ignore[union-attr]
    assert page in [text for _, text in world.drift.texts(version, since, until, limit=9)]
    put(world, a_correction(ONE, "area:drones"), by="ada")
    assert [one.summary for one in world.corrections.all()] == [page]


def test_two_processes_do_not_read_at_once(world: Store) -> None:
    claim_on(world, "pages", "all", at=NOW + HOUR)
    network = Network({})
    assert run(world, network).held
    assert network.asked == []


def test_robots_are_kept_and_replaced(store: Store) -> None:
    first = Robots(origin="https://a.example", rules="User-agent: *", fetched_at=NOW)
    store.pages.keep_robots([first])
    store.pages.keep_robots([Robots(origin="https://a.example", known=False, fetched_at=NOW + HOUR)])
    assert store.pages.robots(["https://a.example"], since=NOW)["https://a.example"].known is False
    assert store.pages.robots(["https://a.example"], since=NOW + 2 * HOUR) == {}


def test_a_page_kept_first_stays(world: Store) -> None:
    claim = claim_on(world, "pages", "all")
    world.pages.keep([Page(item_id=ONE, text="first", fetched_at=NOW)], claim=claim)
    world.pages.keep([Page(item_id=ONE, text="second", fetched_at=NOW)], claim=claim)
    assert world.pages.of([ONE])[ONE].text == "first"


@pytest.mark.parametrize("delay", ["Crawl-delay: 10", "crawl-delay: 0.5"])
def test_a_pause_is_noticed(delay: str) -> None:
    wanting = Robots(origin="", rules=f"User-agent: *\n{delay}", fetched_at=NOW)
    assert pause(wanting, agent="trendwatch")
    assert not pause(Robots(origin="", fetched_at=NOW), agent="trendwatch")
    assert allows(wanting, "https://a.example/", agent="trendwatch")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example/x/y?z", "https://a.example"),
        ("http://a.example:8080/x", "http://a.example:8080"),
        ("https://me:secret@a.example/x", "https://a.example"),
    ],
)
def test_an_origin_has_no_credentials(url: str, origin: str) -> None:
    assert origin_of(url) == origin
