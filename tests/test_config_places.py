"""Lines of keys in TOML texts."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.config.places import find_places

TEXT = '''\
# [not.a.table] = "x"
top = 1
[feeds.wired]
url = "https://example.org/#[x]"
"odd key" = "a = b"
areas = [
  "a]", # ]
  'b"',
]
title = """
fake = 1
[fake]
"quoted"\\"""""
owner = \'\'\'
also = "fake\'\'\'
a.b = {c = 1, d = "}"}

[ "feeds" . 'two.one' ]   # comment
url = "x"
[[net.allow]]
address = "1"
[[net.allow]]
address = "2"
[net.allow.deep]
x = 1
[last]'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("feeds",), 3),
        (("feeds", "wired"), 3),
        (("feeds", "wired", "url"), 4),
        (("feeds", "wired", "odd key"), 5),
        (("feeds", "wired", "areas"), 6),
        (("feeds", "wired", "areas", "1"), 6),  # elements stand where their key does
        (("feeds", "wired", "title"), 10),
        (("feeds", "wired", "owner"), 14),
        (("feeds", "wired", "a"), 16),
        (("feeds", "wired", "a", "b", "c"), 16),  # inside an inline table
        (("feeds", "two.one"), 18),
        (("feeds", "two.one", "url"), 19),
        (("feeds", "two.one", "missing"), 18),  # nearest table around it
        (("net", "allow"), 20),
        (("net", "allow", "0", "address"), 21),
        (("net", "allow", "1"), 22),
        (("net", "allow", "1", "address"), 23),
        (("net", "allow", "1", "deep", "x"), 25),
        (("last",), 26),  # a header without a line end
        (("fake",), None),
        (("also",), None),
        ((), None),
    ],
)
def test_line_of_a_path(path: tuple[str, ...], line: int | None) -> None:
    tomllib.loads(TEXT)  # the text is valid, as places requires
    assert find_places(TEXT).line(path) == line


NAMES = st.text("abc_-9", min_size=1, max_size=4)
VALUES = st.sampled_from(
    [
        "1",
        '"#"',
        "'['",
        "[1, # ]\n 2]",
        '"""\n[x]\na = 1"""',
        "{ a = '}' }",
        "'''\n\n'''",
        "1979-05-27T07:32:00Z",
    ]
)


@given(
    st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4), max_size=4),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_key_is_found_on_the_line_it_was_written(tables: dict[str, dict[str, str]], end: str) -> None:
    text = ""
    expected: dict[tuple[str, ...], int] = {}
    for name, values in tables.items():
        expected[(name,)] = text.count("\n") + 1
        text += f"[{name}] # comment{end}"
        for key, value in values.items():
            expected[(name, key)] = text.count("\n") + 1
            text += f'"{key}" = {value}{end}'
    tomllib.loads(text)
    places = find_places(text)
    assert {path: places.line(path) for path in expected} == expected
