"""Documents made to hurt whoever reads them (P1, P2), by name."""

from __future__ import annotations


def rss(items: str) -> str:
    """Return a feed of items."""
    return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


def _laughs(levels: int, times: int) -> str:
    entities = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * times}">' for n in range(1, levels))
    return (
        f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">{entities}]>'
        f"{rss(f'<item><title>&lol{levels - 1};</title></item>')}"
    )


def _attributes(count: int) -> str:
    return " ".join(f'a{n}="1"' for n in range(count))


_JSON = '{"version":"https://jsonfeed.org/version/1","items":['
_CATEGORIES = [f"<category>c{n}</category>" for n in range(60_000)]
#: What the quick parser leaves to feedparser.
_ODD = "<title><b/></title>"

HOSTILE: dict[str, str | bytes] = {
    "billion laughs": _laughs(10, 10),
    "billion laughs, flat": _laughs(3, 30_000),
    "quadratic entities": f'<!DOCTYPE a [<!ENTITY a "{"x" * 56_000}">]><rss>{"&a;" * 56_000}</rss>',
    "external file": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss("<item>&x;</item>"),
    "external parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>' + rss(""),
    "declarations in UTF-16": _laughs(10, 10).encode("utf-16"),
    "declarations in UTF-7": b"+ADw-rss+AD4-" + b"+ADwAIQ-ENTITY " * 300_000,
    "100,000 attributes": rss(f"<item {_attributes(100_000)}/>"),
    "tags of 900 attributes": rss(f"<item {_attributes(900)}/>" * 1_000),
    "a million brackets": rss("<" * 1_000_000),
    "open tags": rss("<a>" * 200_000),
    "deep nesting": rss("<a>" * 100_000 + "</a>" * 100_000),
    "deep markup": rss("<item><description type='xhtml'>" + "<div>" * 50_000 + "</description></item>"),
    "50,000 items": rss("<item><title>x</title></item>" * 50_000),
    "50,000 damaged items": rss("<item><title>x&bogus;</title><b></item>" * 50_000),
    "long author": rss(f"<item>{_ODD}<author>{'a' * 1_000_000}</author></item>"),
    "many authors": rss(f"<item>{_ODD}" + f"<author>{'a' * 480}@</author>" * 2_000 + "</item>"),
    "60,000 categories": rss("".join([f"<item>{_ODD}", *_CATEGORIES, "</item>"])),
    "100,000 links": rss(f"<item>{_ODD}{'<link>http://a.example/</link>' * 100_000}</item>"),
    "text between elements": rss("<item>" + "x<a/>" * 1_000_000 + "</item>"),
    "categories of nothing": rss("<item>" + "<category domain='d'/>" * 200_000 + "</item>"),
    "a million ampersands": rss("<item><title>" + "&" * 1_000_000 + "</title></item>"),
    "comments without end": rss("<!--" * 500_000),
    "sections without end": rss("<![CDATA[" * 200_000),
    "50,000 namespaces": "<rss " + " ".join(f'xmlns:a{n}="http://a/{n}"' for n in range(50_000)) + "/>",
    "a pile of accents": rss(f"<item><title>{chr(0x301) * 1_000_000}</title></item>"),
    "HTML without end": rss(f"<item><description><![CDATA[{'<ul><li>' * 8_000}]]></description></item>" * 60),
    "dates": rss(
        "".join(
            f"<item><pubDate>{date}</pubDate></item>"
            for date in ("9" * 2_000_000, "-1", "1970", "9999-12-31T23:59:59-99:99", "1e400", " " * 500_000)
        )
    ),
    "deep JSON": "[" * 5_000_000,
    "open JSON objects": _JSON + '{"id":' * 300_000,
    "huge JSON numbers": _JSON + '{"id":1e400,"title":-1e999,"x":' + "9" * 4_000_000 + "}]}",
    "ten million zeros": b"\0" * 10_000_000,
}  # fmt: skip
