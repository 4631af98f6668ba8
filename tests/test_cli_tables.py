"""Tables of the command line: keys stay whole at every width, and a pipe gets everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trendwatch.cli.tables import table_lines

COLUMNS = ("key", "stories", "said", "when", "next")
ROWS = [
    ("area:drones|sector:agriculture", 12, "a sentence that goes on for a good while", "2025-06-29", None),
    ("iot", 3, "short", "2025-06-30", ""),
]


def test_without_a_window_nothing_is_cut() -> None:
    lines, left_out = table_lines(COLUMNS, ROWS, width=None)
    assert left_out == ()
    assert lines[1] == (
        "area:drones|sector:agriculture  12       a sentence that goes on for a good while  2025-06-29"
    )


def test_texts_are_shortened_before_columns_go_and_empty_columns_go_unnamed() -> None:
    lines, left_out = table_lines(COLUMNS, ROWS, width=80)
    # 30 + 2 + 7 + 2 + 27 + 2 + 10 = 80
    assert lines[0] == f"{'key':30}  stories  {'said':27}  when"
    assert lines[1] == "area:drones|sector:agriculture  12       a sentence that goes on fo…  2025-06-29"
    assert left_out == ()
    lines, left_out = table_lines(COLUMNS, ROWS, width=60)
    assert lines[1] == "area:drones|sector:agriculture  12       a sentence that go…"
    assert left_out == ("when",)
    lines, left_out = table_lines(COLUMNS, ROWS, width=8)
    assert lines == ["key", "area:drones|sector:agriculture", "iot"]
    assert left_out == ("stories", "said", "when")


def test_wide_letters_and_line_breaks_keep_the_columns() -> None:
    lines, _ = table_lines(("key", "title", "n"), [("a", "東京\nニュース", 1), ("b", "plain", 2)], width=None)
    assert lines[1:] == ["a    東京 ニュース  1", "b    plain          2"]


@given(
    st.lists(
        st.tuples(st.from_regex(r"[a-z_:|]{1,40}", fullmatch=True), *[st.text(max_size=60)] * 3), max_size=6
    ),
    st.integers(1, 120),
)
def test_every_key_stands_whole_and_no_line_is_wider_than_needed(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    (_, *lines), _ = table_lines(("key", "a", "b", "c"), rows, width=width)
    assert [line.split()[0] for line in lines] == [row[0] for row in rows]


FIGURES = (
    "3.1 (1.6 to 5.2)",
    "2025-03-03 08:00:00 UTC",
    "2025-03-03T08:00:00Z",
    "-0.7 (-1.2 to -0.1)",
    "12,345,678 / 9,999,999",
)


@given(st.lists(st.sampled_from(FIGURES), min_size=1, max_size=4), st.integers(20, 100), st.booleans())
def test_numbers_intervals_and_times_are_never_cut(figures: list[str], width: int, mixed: bool) -> None:
    words = "a sentence that goes on for a good while"
    rows = [*(("key", words, figure) for figure in figures), ("key", words, words if mixed else "")]
    (_, *lines), left_out = table_lines(("key", "said", "figure"), rows, width=width)
    for line, figure in zip(lines[:-1], figures, strict=True):
        assert line.endswith(figure) or "figure" in left_out
