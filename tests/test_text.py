"""What counts as text, a word, a sentence."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.text import (
    MAX_CHARS,
    STOP_WORDS,
    SUMMARY_CHARS,
    clean,
    first_sentence,
    headline,
    plain,
    plain_letters,
    plural,
    reading,
    singular,
    tidy,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \t b\n\nc ", "a b c"),
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
        ("nul\x00l and \x07bell\x1b", "null and bell"),
        ("lone \ud800surrogate", "lone surrogate"),
        ("zero\u200bwidth\ufeff \u2060joiner", "zerowidth joiner"),
        ("\u202eevil\u202c \u2066x\u2069 \u200e", "evil x"),
        ("Digi\u00adtal", "Digital"),
        ("tag\U000e0041s", "tags"),
        ("cafe\u0301", "café"),
        ("A\u030a", "Å"),
        ("ﬁ ½ Ｗ", "ﬁ ½ Ｗ"),
        ("👍🏽 日本語", "👍🏽 日本語"),
        ("", ""),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("no markup", "no markup"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("a &amp; b &lt; c &#8217; &copy;", "a & b < c ’ ©"),
        ("<p>a</p><p>b</p>", "a b"),
        ("a<br>b<BR/>c<hr>d", "a b c d"),
        ("<ul><li>a<li>b</ul>c", "a b c"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<h2>Head</h2>body", "Head body"),
        ("<b>AI</b>-powered <i>e</i>Commerce, <a href='x'>here</a>.", "AI-powered eCommerce, here."),
        ("before<script>var a = '<p>no</p>';</script>after", "before after"),
        ("<style>p { }</style><noscript>no</noscript><iframe>no</iframe>yes", "yes"),
        ("<template>no</template><object>no</object>yes", "yes"),
        ("<!-- comment -->yes", "yes"),
        ("<![CDATA[in <b>there</b>]]>", "in there"),
        ("<html><head><title>no</title></head><body>yes</body></html>", "yes"),
        ("<img alt='no' src=x onerror=alert(1)>yes", "yes"),
        ("<p", ""),
        ("yes<", "yes<"),
        ("&lt;b&gt;shown&lt;/b&gt;", "<b>shown</b>"),
        ("<p>a&nbsp;&nbsp;b</p>", "a b"),
        ("&#0;&#xD800;x", "\ufffd\ufffdx"),
        ("", ""),
    ],
)
def test_plain(html: str, expected: str) -> None:
    assert plain(html) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Shops open late - Reuters", "Shops open late"),
        ("Robot vacuums clean | Ars Technica", "Robot vacuums clean"),
        ("Chip shortage eases – 9to5Mac", "Chip shortage eases"),
        ("Farms buy sensors — Bank of England", "Farms buy sensors"),
        ("Farms buy sensors » TechCrunch", "Farms buy sensors"),
        ("One | Two words here | The Verge", "One | Two words here"),
        ("Drones deliver - 5 things to know", "Drones deliver - 5 things to know"),
        ("Retail robots - Shops say sales are up", "Retail robots - Shops say sales are up"),
        ("Opinion piece - what now", "Opinion piece - what now"),
        ("COVID-19 cases rise", "COVID-19 cases rise"),
        ("Short - Reuters", "Short - Reuters"),
        ("No suffix at all", "No suffix at all"),
        ("Farms buy sensors - " + "Name " * 20, "Farms buy sensors - " + "Name " * 20),
        ("", ""),
    ],
)
def test_headline(title: str, expected: str) -> None:
    assert headline(title) == expected


def test_reading_is_headline_and_start_of_summary() -> None:
    assert reading("Shops open late - Reuters", "They do.") == "Shops open late. They do."
    assert reading("Shops open late", "") == "Shops open late"
    assert len(reading("T", "x" * 5_000)) == len("T. ") + SUMMARY_CHARS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5G, C++ and C# on Wi-Fi", ["5g", "c++", "and", "c#", "on", "wi-fi"]),
        ("node.js; COVID-19: GPT-4o’s", ["node.js", "covid-19", "gpt-4o"]),
        (
            "AI in training at https://ai.example/ai?a=1 or www.ai.example",
            ["ai", "in", "training", "at", "or"],
        ),
        ("ai/ml c++/c#", ["ai", "ml", "c++", "c#"]),
        ("End. Next, (last)!", ["end", "next", "last"]),
        ("a x I", []),
        ("３Ｄ ﬁnance", ["3d", "finance"]),
        ("État naïve ÜBER", ["état", "naïve", "über"]),
        ("人工智能 新聞", ["人工智能", "新聞"]),
        ("foo_bar -- --x y-", ["foo_bar"]),
        ("don't", ["don"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_stop_words_are_words() -> None:
    assert {"the", "and", "don"} <= STOP_WORDS
    assert not {"ai", "5g", "new", "no-code"} & STOP_WORDS
    for word in STOP_WORDS:
        assert words(word) == ([word] if len(word) > 1 else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. Then more.", "It works."),
        ("What? Yes!", "What?"),
        ("“We won.” She left.", "“We won.”"),
        ("(It works.) Next one.", "(It works.)"),
        ("Wait… Next.", "Wait…"),
        ("Mr. Smith bought it. Then left.", "Mr. Smith bought it."),
        ("The U.S. Army buys drones. It said so.", "The U.S. Army buys drones."),
        ("Apple Inc. Said so. Yes.", "Apple Inc. Said so."),
        ("It opens on Jan. 5 in Berlin. Yes.", "It opens on Jan. 5 in Berlin."),
        ("Robots vs. People at work. Yes.", "Robots vs. People at work."),
        ("New rules in the EU. The law begins.", "New rules in the EU."),
        ("Sales rose 3.5% to $5m. Shares fell.", "Sales rose 3.5% to $5m."),
        ("Version 2.0 is out. 3 fixes.", "Version 2.0 is out."),
        ("no capital. here it goes on", "no capital. here it goes on"),
        ("No end", "No end"),
        ("", ""),
    ],
)
def test_first_sentence(text: str, expected: str) -> None:
    assert first_sentence(text) == expected


def test_a_long_sentence_is_cut_at_a_word() -> None:
    assert first_sentence("word " * 100, max_chars=20) == "word word word…"
    assert first_sentence("comma, " * 100, max_chars=20) == "comma, comma…"
    assert first_sentence("x" * 300, max_chars=20) == "x" * 19 + "…"


@given(st.text(max_size=300))
@settings(deadline=None)
def test_laws(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "\0" not in cleaned
    cleaned.encode("utf-8")
    assert len(first_sentence(text)) <= 240
    assert headline(text) == text or text.startswith(headline(text))
    assert words(text) == words(text.upper().lower()) or not text.isascii()
    plain(text).encode("utf-8")


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ("drones", "drone"),
        ("batteries", "battery"),
        ("boxes", "box"),
        ("watches", "watch"),
        ("processes", "process"),
        ("services", "service"),
        ("apps", "app"),
        ("laws", "law"),
        ("ties", "tie"),
    ],
)
def test_plurals(several: str, one: str) -> None:
    assert singular(several) == one


@pytest.mark.parametrize("word", ["glass", "news", "bus", "analysis", "aws", "s", ""])
def test_no_plural(word: str) -> None:
    assert singular(word) == word


@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True))
def test_a_plural_is_that_of_its_singular(word: str) -> None:
    """But where two words have one plural, "axes", or the plural looks like none, "menus"."""
    if not word.endswith(("s", "z", "e", "i", "u", "new")):
        assert singular(plural(word)) == word


@given(st.lists(st.sampled_from(["ai", "robots", "c++", "wi-fi", "5g", "node.js"])))
def test_words_round_trip(terms: list[str]) -> None:
    assert words(" ".join(terms)) == words(", ".join(terms).upper()) == terms


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        "a " * 5_000_000,
        "a" + chr(0x301) * 1_000_000,
        "<div>" * 20_000 + "x",
        "<ul><li>" * 12_000,
        "<" * 100_000,
        "&" * 100_000,
        "a." * 50_000,
        "a - " * 25_000,
        "A. " * 33_000,
        "+#.-" * 25_000,
        "https://" * 12_500,
        "😀" * 100_000,
    ],
)
def test_c2_hostile_text_is_quick(text: str) -> None:
    started = time.process_time()
    for read in (clean, plain, words, headline, first_sentence):
        assert len(read(text)) <= max(MAX_CHARS, len(text))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Zahntechnik Müller", "zahntechnik mueller"),
        ("Straße", "strasse"),
        ("Bo\u0308ttcher", "boettcher"),
        ("Café Łódź & Sønner Ålesund", "cafe lodz & sonner alesund"),
        ("日本", "日本"),
    ],
)
def test_letters_are_written_plainly(text: str, written: str) -> None:
    assert plain_letters(text) == written


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("New PokÃƒÂ©mon Game", "New Pokémon Game"),
        ("costs Ã‚Â£2,500 a set", "costs £2,500 a set"),
        ("Itâ€™s here", "It’s here"),
        ("radiografÃ\xada", "radiografía"),
        ("NÃO, Ã la carte, Â°", "NÃO, Ã la carte, Â°"),
        ("Pokémon, £5, “quoted”", "Pokémon, £5, “quoted”"),
        ("PokÃ©mon και άλλα", "PokÃ©mon και άλλα"),
    ],
)
def test_what_was_encoded_twice_is_as_it_was_meant(text: str, meant: str) -> None:
    assert clean(text) == meant
    assert clean(meant) == meant


def test_tidy_text_stays_as_it_is_where_it_is_put_together() -> None:
    # "ç½" is no UTF-8 read as Latin-1, "Ç½" is: with a capital in front it must not become "ǽ"
    assert tidy("Ç½") == "Ç½"
    assert clean("Ç½") == "ǽ"
