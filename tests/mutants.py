"""Damaged documents: real ones with bytes changed, well-formed ones with elements moved, renamed, added."""

# ruff: noqa: E501 - elements of feeds, one after the other

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_LEAF = re.compile(r"<([A-Za-z][\w:.-]*)(\s[^<>]*)?>((?:[^<]|<!\[CDATA\[.*?\]\]>)*)</\1\s*>", re.DOTALL)
_BOUNDARY = re.compile(r"(?<=>)(?=\s*<)")

#: Elements that mean something to a feed reader, in the places where they do not belong too.
SNIPPETS = (
    """
<title>Second</title>|<title type="html">&lt;b>Bold&lt;/b> A &amp;amp; B</title>|<title>Why &lt;canvas&gt; matters</title>
<title/>|<title xml:lang="de">Titel</title>|<title type="text">x &lt;i>y&lt;/i></title>|<title type="xhtml">x</title>
<title>Ã©tÃ©</title>|<title>a&#150;b</title>|<title>&#195;&#169;</title>|<title>Ã<![CDATA[©]]></title>
<title><!-- c -->One <![CDATA[<b>two</b>]]> three</title>|<title>a <b>b</b></title>|<title mode="escaped">e</title>
<link>https://x.example/?a=1&amp;amp;b=2&amp;c;</link>|<link>/relative</link>|<link/>|<link href="https://h.example/1"/>
<link rel="enclosure" href="https://h.example/f.mp3"/>|<link rel="self" href="x"/>|<link rel="Alternate" type="text/HTML" href="y"/>
<link href="https://h.example/z" type="image/png"/>|<link href=""/>|<link url="u" href="h"/>|<link>http:////slashes.example/x</link>
<guid>https://g.example/1</guid>|<guid isPermaLink="false">g2</guid>|<guid/>|<guid ispermalink="FALSE">https://g.example/2</guid>
<id>tag:x,2020:1</id>|<pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate>|<pubDate>soon</pubDate>|<pubDate>2026-13-45</pubDate>
<pubDate/>|<published>1767607200</published>|<updated>2026-01-05T10:00:00Z</updated>|<updated>lun., 05 janv. 2026 10:00</updated>
<issued>5.1.2026</issued>|<modified>2026</modified>|<created>Mon Jan  5 10:00:00 2026</created>|<date>2026-01-01</date>
<description>plain</description>|<description>&lt;p>Some &lt;em>text&lt;/em>&lt;/p></description>|<description/>
<description>more</description><description>even more</description>|<summary>sum</summary>|<summary type="html">&lt;p>s</summary>
<summary type="image/png">aGk=</summary>|<content type="html">&lt;p>c</content>|<content>c</content>|<content src="x"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content>|<abstract>a</abstract>|<body>b</body>
<author>Ann</author>|<author>ann@a.example (Ann)</author>|<author><name>Ann</name><email>ann@a.example</email></author>
<author><name>Ann</name><uri>/ann</uri></author><author><name>Ben</name></author>|<author/>|<author>x<name>Ann</name>y</author>
<contributor><name>Cy</name></contributor>|<category>A</category>|<category domain="d">A</category><category domain="d"/>
<category term="t" label="L" scheme="s"/>|<category>A &amp;amp; B</category>|<category/>|<category label="x"/><category>y</category>
<keywords>a,b</keywords>|<source url="u">S</source>|<source><title>T</title><id>i</id></source>|<enclosure url="https://e.example/a.mp3"/>
<enclosure href="https://e.example/b.mp3" url=""/>|<image>i</image>|<image><title>I</title><url>u</url></image>|<language>fr</language>
<ttl>60</ttl>|<ttl x="1">60</ttl>|<textInput><title>t</title><name>n</name></textInput>|<cloud domain="d"/>|<generator>g</generator>
<skipHours><hour>3</hour><hour>24</hour></skipHours>|<skipDays><day>Sunday</day></skipDays>|<unknown>u</unknown>|<unknown a="1">u</unknown>
<unknown><title>in</title></unknown>|<unknown><ttl>5</ttl></unknown>|<guidislink>x</guidislink>|<tags>a,b</tags>|<links>l</links>
<title_detail>x</title_detail>|<item><title>nested</title></item>|<entry><title>nested</title></entry>|<name>n</name>|<email>e@x.example</email>
<d:creator xmlns:d="http://purl.org/dc/elements/1.1/">Dee</d:creator>|<dc:creator xmlns:dc="urn:other">O</dc:creator>
<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-01-05</dc:date>|<d:language xmlns:d="http://purl.org/dc/elements/1.1/">pt-BR</d:language>
<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">DC</dc:title>|<d:subject xmlns:d="http://purl.org/dc/elements/1.1/">S</d:subject>
<m:title xmlns:m="http://search.yahoo.com/mrss/">MT</m:title>|<m:description xmlns:m="http://search.yahoo.com/mrss/">MD</m:description>
<m:group xmlns:m="http://search.yahoo.com/mrss/"><m:title>GT</m:title><m:description>GD</m:description></m:group>
<m:content xmlns:m="http://search.yahoo.com/mrss/" url="u"><m:keywords>k, l</m:keywords><m:category label="c">d</m:category></m:content>
<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">&lt;p>encoded</c:encoded>|<a:link xmlns:a="http://www.w3.org/2005/Atom" href="https://a.example/"/>
<a:updated xmlns:a="http://www.w3.org/2005/Atom">2026-02-01T00:00:00Z</a:updated>|<a:id xmlns:a="http://www.w3.org/2005/Atom">/i</a:id>
<i:summary xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd">is</i:summary>|<i:author xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd">ia</i:author>
<i:keywords xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd">k1,k2</i:keywords>|<media:title xmlns:media="http://unknown.example/mrss">um</media:title>
<s:updatePeriod xmlns:s="http://purl.org/rss/1.0/modules/syndication/">daily</s:updatePeriod>|<x:base xmlns:x="urn:x" x:base="q"/>
<x xml:base="https://base.example/b/"/>|<x base="https://base.example/c/">t</x>|<x:title xmlns:x="urn:x" x:type="html">t</x:title>
<x xmlns:xl="http://www.w3.org/1999/xlink" xl:href="h"/>|<post-id xmlns="com-wordpress:feed-additions:1">7</post-id>|<p>para</p>
<rights>r <i>x</i></rights>|<rights type="text">r</rights>|<g:point xmlns:g="http://www.georss.org/georss">1 2</g:point>|<?php echo ?>
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

_NAMES = (
    "title link guid id description summary content author category pubDate updated published source image "
    "language ttl name media:title dc:creator item entry channel x"
).split()
_ATTRIBUTES = (
    'type="html"', 'type="xhtml"', 'xml:lang="fr"', 'lang=""', 'xml:base="https://b.example/x/"', 'base="y/"', 'a="1"',
    'isPermaLink="true"', 'href="https://h.example/"', 'rel="alternate"', 'mode="base64"', 'TYPE="text/plain"',
)  # fmt: skip


def mutants_of_bytes(body: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Return damaged copies: bits flipped, bytes cut out, doubled, put in from elsewhere, the end missing."""
    chance = random.Random(seed)
    for _ in range(count):
        copy = bytearray(body)
        for _ in range(chance.choice((1, 1, 2, 5))):
            at, length = chance.randrange(len(copy) + 1), chance.choice((1, 1, 4, 40, 400))
            kind = chance.randrange(6)
            if kind == 0:
                copy[at : at + length] = b""
            elif kind == 1:
                copy[at:at] = copy[at : at + length] * chance.choice((1, 1, 50))
            elif kind == 2:
                elsewhere = chance.randrange(len(copy) + 1)
                copy[at:at] = copy[elsewhere : elsewhere + length]
            elif kind == 3:
                copy[at:at] = chance.choice(
                    (b"<", b">", b"&", b"]]>", b"<!--", b"<![CDATA[", b"\x00", b"\xff", b'"')
                )
            elif kind == 4 and at < len(copy):
                copy[at] ^= 1 << chance.randrange(8)
            else:
                del copy[max(at, 1) :]
        yield bytes(copy)


def mutants_of_text(text: str, count: int, seed: int) -> Iterator[str]:
    """Return changed copies, most of them well-formed: leaves deleted, doubled, moved, renamed, given attributes."""
    chance = random.Random(seed)
    for _ in range(count):
        copy = text
        for _ in range(chance.choice((1, 1, 2, 4))):
            copy = _changed(copy, chance)
        yield copy


def _changed(text: str, chance: random.Random) -> str:
    leaves = list(_LEAF.finditer(text))
    places = [found.start() for found in _BOUNDARY.finditer(text)][1:-1]
    if not leaves or not places:
        return text
    leaf, place = chance.choice(leaves), chance.choice(places)
    name, attributes, inside = leaf[1], leaf[2] or "", leaf[3]
    kind = chance.randrange(8)
    if kind <= 2:
        return text[:place] + chance.choice(SNIPPETS) + text[place:]
    if kind == 3:
        return text[:place] + leaf[0] + text[place:]
    if kind == 4:
        new = ""
    elif kind == 5:
        new = f"<{name}{attributes} {chance.choice(_ATTRIBUTES)}>{inside}</{name}>"
    elif kind == 6:
        other = chance.choice(_NAMES)
        new = f"<{other}{attributes}>{inside}</{other}>"
    else:
        new = f"<{name}{attributes}>{chance.choice(leaves)[3]}</{name}>"
    return text[: leaf.start()] + new + text[leaf.end() :]
