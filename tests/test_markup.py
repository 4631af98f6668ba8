"""The short ways through text.py say what the long ways say: cleaning, and HTML without a parser."""

# ruff: noqa: E501 - pieces of HTML in a line

from __future__ import annotations

import unicodedata
from html.entities import html5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch import markup
from trendwatch import text as module
from trendwatch.text import clean, plain, undoubled


def the_long_way(text: str) -> str:
    found = module._CONTROL.sub("", text[: module.MAX_CHARS])
    return module._SPACE.sub(" ", unicodedata.normalize("NFC", module._PILE.sub(r"\1", found))).strip()


@given(st.text(max_size=200))
@settings(max_examples=500, deadline=None)
def test_cleaning_any_text(text: str) -> None:
    assert clean(text) == the_long_way(undoubled(text))


@given(st.lists(st.sampled_from([*" \t\n\r\x0b\x0c\x1c\x85\xa0\u2000\u2001\u2003\u2028\u3000\xad\u200b\x00\x7f"
                                 "\ufeff\ud800e\u0301\u0308a", "— " * 3, "́" * 40, "—" * 33, "—" * 32, "é", "ö", "日本"]), max_size=30))  # fmt: skip
@settings(max_examples=1_000, deadline=None)
def test_cleaning_spaces_marks_and_what_cannot_be_seen(parts: list[str]) -> None:
    text = "".join(parts)
    assert clean(text) == the_long_way(text)


def test_every_character_is_cleaned_alike() -> None:
    for start in range(0, 0x110000, 64):
        text = " ".join(map(chr, range(start, start + 64)))
        assert clean(text) == the_long_way(text), hex(start)


@pytest.mark.parametrize("form", ["&#{};", "&#0{};", "&#00{};", "&#x{:x};", "&#X{:x};", "&#{}", "&#x{:X};"])
def test_every_reference_by_number_means_what_a_parser_says(form: str) -> None:
    numbers = [*range(0x3000), *range(0xD700, 0xE100), *range(0xFD00, 0x10100), 0x1F600, 0x10FFFF, 0x110000]
    for start in range(0, len(numbers), 500):
        html = "<p>" + " ".join(form.format(number) for number in numbers[start : start + 500]) + "</p>"
        assert plain(html) == module._parsed(html)
        for number in numbers[start : start + 500 : 7]:
            html = f"<p>{form.format(number)}</p>"
            assert plain(html) == module._parsed(html)


def test_every_reference_by_name_means_what_a_parser_says() -> None:
    for name in html5:
        html = f"a &{name} b &{name}c <b>&{name}</b>"
        assert plain(html) == module._parsed(html), name


TAGS = [
    *markup._SIMPLE_BLOCKS,
    *markup._SIMPLE_INLINES,
    *markup._RAW,
    "table",
    "td",
    "select",
    "svg",
    "title",
    "noscript",
]
PIECES = st.one_of(
    st.sampled_from(["word", "two words", " ", "\n", "AT&T", "&amp;", "&nbsp;", "&am", "p;", "&#39;", "&bogus;", "&amp"]),
    st.sampled_from(["<", ">", '"', "'", "=", "<!-- c -->", "<!-- > -->", "<!---->", "<!-->", "<!-- a -- b -->", "]]>",
                     "<![CDATA[", "</", "/>", "\0", "é—", "\xad", "<?x?>", "<!DOCTYPE html>"]),
    st.builds(lambda tag: f"<{tag}>", st.sampled_from(TAGS)),
    st.builds(lambda tag: f"</{tag}>", st.sampled_from(TAGS)),
    st.builds(lambda tag, more: f"<{tag} {more}>", st.sampled_from(TAGS), st.sampled_from([
        'href="x"', "href='x'", "href=x", 'href="x>y"', 'title="<p>"', "a b", "a=b/", "/", 'x" y="', '="x"', "a='b\"c'", 'A="1"\n',
        "a = 'b'", "a==b", "a=`b`", "\xa0a", 'class="c" /'])),
    st.builds(lambda tag, text: f"<{tag}>{text}</{tag}>", st.sampled_from(TAGS), st.text(alphabet="ab <>&;/", max_size=8)),
)  # fmt: skip


@given(st.lists(PIECES, max_size=14))
@settings(max_examples=3_000, deadline=None)
def test_any_html_reads_as_a_parser_reads_it(pieces: list[str]) -> None:
    html = "".join(pieces)
    simple = markup.simple_text(html)
    assert simple is None or clean(simple) == module._parsed(html)


def test_texts_of_articles_need_no_parser() -> None:
    for html in (
        '<p>One <a href="https://a.example/?b=1&amp;c">two</a>, <em>three</em>&#8217;s.</p>\n<ul><li>x</li></ul>',
        "A &amp; B &ndash; C<br/>D<img src='x.png' alt=\"y\" />",
        '<!-- wp:paragraph --><div class="a"><iframe src="x"></iframe><script>var a = 1 > 0;</script>end</div>',
    ):
        simple = markup.simple_text(html)
        assert simple is not None
        assert clean(simple) == module._parsed(html)


def test_accents_are_joined_in_the_short_way_too() -> None:
    assert clean("  cafe\u0301  noir ") == unicodedata.normalize("NFC", "cafe\u0301 noir")
