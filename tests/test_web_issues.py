"""What a reader reads by the link in a mail, in an installation that asks for a key."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.asking import Asker
from tests.seeding import doors
from tests.seeds import NOW
from tests.test_web_readers import SITE, know, the_reader
from trendwatch.api import Parts
from trendwatch.deliver.links import Links
from trendwatch.pipeline.letterpress import mail_for
from trendwatch.pipeline.outgoing import invite, links_of, mail_of
from trendwatch.types.delivery import Channel, Mail

PERIOD = "2025-W10"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = replace(doors(tmp_path, settings=f'[serve]\nbase_url = "{SITE}"\n'), open_to_all=False)
    know(made)
    return made


@pytest.fixture
def ask(parts: Parts) -> Asker:
    return Asker(parts, base_url=SITE)


def the_mail(parts: Parts) -> Mail:
    digest = parts.store.digests.get("hill_farm", "latest")
    delivery = mail_of(digest, the_reader(parts), Channel.OUTBOX, now=NOW)
    links = links_of(parts.store, SITE)
    return mail_for(parts.store, delivery, sender="a@b.example", site=SITE, links=links, banner="")


def base(parts: Parts) -> str:
    links = links_of(parts.store, SITE)
    return urlsplit(links.to("issues", the_reader(parts).id, made=NOW)).path


def test_every_link_of_a_mail_to_us_opens_without_a_key(parts: Parts, ask: Asker) -> None:
    for body in (the_mail(parts).text, the_mail(parts).html):
        ours = {*re.findall(rf"{re.escape(SITE)}[^\s\"#]*", body)}
        assert len(ours) == 6  # issue, why, all issues, votes, preferences, leaving
        assert {ask.get(urlsplit(one).path).status_code for one in ours} == {200}


def test_a_reader_walks_from_page_to_page_without_a_key(parts: Parts, ask: Asker) -> None:
    seen, waiting = set(), [base(parts)]
    while waiting:
        path = waiting.pop()
        answer = ask.get(path)
        assert answer.status_code == 200, path
        seen.add(path.partition("?")[0])
        found = re.findall(r'href="([^"#]+)"', answer.text.replace("&amp;", "&"))
        here = [one.removeprefix(SITE) for one in found if one.startswith(("/", SITE, "?"))]
        here = [path.partition("?")[0] + one if one.startswith("?") else one for one in here]
        waiting += [one for one in here if one.partition("?")[0] not in seen]
    ends = {one.removeprefix(base(parts)) for one in seen if one.startswith(base(parts))}
    assert ends == {"", f"/{PERIOD}", f"/{PERIOD}/why", "/latest.atom", "/latest.feed.json"}


@pytest.mark.parametrize(("end", "kind"), [(".atom", "atom+xml"), (".feed.json", "feed+json")])
def test_the_feeds_of_a_reader_name_themselves_and_pages_of_the_reader(
    parts: Parts, ask: Asker, end: str, kind: str
) -> None:
    answer = ask.get(f"{base(parts)}/latest{end}")
    assert kind in answer.headers["content-type"]
    assert f"{SITE}{base(parts)}/latest{end}" in answer.text
    assert f"{SITE}{base(parts)}/{PERIOD}" in answer.text
    assert f"{SITE}/digests" not in answer.text
    again = ask.get(f"{base(parts)}/latest{end}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_who_reads_cannot_vote_nor_see_the_operators_pages(parts: Parts, ask: Asker) -> None:
    for path in (base(parts), f"{base(parts)}/{PERIOD}", f"{base(parts)}/{PERIOD}/why"):
        text = ask.get(path).text
        assert "votes" not in text
        assert 'href="/feeds"' not in text
        assert ask("POST", path).status_code == 405
    assert ask.get(base(parts).replace("/issues/", "/votes/")).status_code == 403
    assert ask.get(base(parts).replace("/issues/", "/preferences/")).status_code == 403


def test_links_to_read_end_when_their_reader_leaves(parts: Parts, ask: Asker) -> None:
    paths = [
        base(parts),
        f"{base(parts)}/{PERIOD}",
        f"{base(parts)}/{PERIOD}/why",
        f"{base(parts)}/latest.atom",
    ]
    parts.store.recipients.leave(the_reader(parts).id, now=NOW)
    assert [ask.get(path).status_code for path in paths] == [410] * 4


def test_links_to_read_are_for_one_business_and_those_who_agreed(parts: Parts, ask: Asker) -> None:
    business = parts.config().business("hill_farm")
    mine, page = the_reader(parts), base(parts)
    asked = invite(parts.store, business, "new@other.example", site=SITE, mail=Channel.OUTBOX, now=NOW)
    made = links_of(parts.store, SITE).to("issues", asked.id, made=NOW)
    forged = Links("another key", site=SITE).to("issues", mine.id, made=NOW)
    assert ask.get(urlsplit(made).path).status_code == 410
    assert ask.get(urlsplit(forged).path).status_code == 403
    assert ask.get(f"{page}/2020-W01").status_code == 404
    assert ask.get(f"{page}/yesterday").status_code == 404


def test_sign_and_robots_are_answered_to_anybody(ask: Asker) -> None:
    assert ask.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert ask.get("/favicon.ico").headers["content-type"].startswith("image/svg+xml")
