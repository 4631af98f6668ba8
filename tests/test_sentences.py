"""One whole sentence in few words: what is kept is a sentence, and as true as the report."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.advice.sentences import LEAST_WORDS, shortened, whole

FLOOD = "The mill lost all of its power after the flood of the year"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        # it has room, and gets its full stop
        ("Sensors tell when to water", 8, "Sensors tell when to water."),
        ("Sensors tell when to water! More soon.", 8, "Sensors tell when to water!"),
        # as much of it as is a sentence of its own
        (
            "Sensors tell us when water is short, which saves a fifth",
            8,
            "Sensors tell us when water is short.",
        ),
        ("The trial costs about €2,100; it ends in May or June", 8, "The trial costs about €2,100."),
        (FLOOD, 9, "The mill lost all of its power."),
        (
            "A dairy followed 560 farmers, including some in Wales and Kent",
            7,
            "A dairy followed 560 farmers.",
        ),
        ("The maker has three new ovens, and will sell them in spring", 8, "The maker has three new ovens."),
        # without these the rest would claim more than was said
        ("The trial costs €2,100 and ends at once if 29 % is not met by May", 12, ""),
        ("The mill will bake with robots, which is a lie, its owner says", 8, ""),
        ("Shops will close at noon, as the council said on Monday night", 8, ""),
        ("The mill did not close because of rain in the hills in May", 7, ""),
        # what goes does not end the sentence: the verb may be in it
        ("Ovens of the new kind, which save a third, are sold out by now", 8, ""),
        ("A review of the new ovens after the fire found nothing at all", 8, ""),
        ("Although the prices of wheat rose after the flood, mills sold more", 9, ""),
        # "a week after" and "came after" belong together
        ("The council will vote on it a week after the summer fair", 10, ""),
        # a list is announced, not ended
        ("It is sold in the following towns – Leith, Perth, Ayr and Wick", 8, ""),
        # brackets and quotation marks close
        ("The mill has an arm (from Leith; a small town) that bakes bread", 8, ""),
        # a feed's own ellipsis is no end
        ("The mill has an arm that bakes ...", 12, ""),
        ("The mill has an arm for bread, which…", 12, "The mill has an arm for bread."),
    ],
)
def test_what_is_kept_is_a_sentence_and_as_true(text: str, words: int, said: str) -> None:
    assert whole(text, words) == said


LONG = "Nobody in the whole of the town of Leith knew on what day of which month the mill would open again"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{LONG}. Robots bake there now.", "Robots bake there now."),
        # it leans on what was said before
        (f"{LONG}. It bakes with robots now.", ""),
        (f"{LONG}. The mill also bakes cakes.", ""),
        (f"{LONG}. Read more on our pages.", ""),
        # cut off by the feed
        (f"{LONG}. Robots bake there", ""),
        ("", ""),
    ],
)
def test_the_next_sentence_stands_in_where_it_leans_on_nothing(text: str, said: str) -> None:
    assert whole(text, 10) == said


@given(st.text(max_size=300), st.integers(1, 40))
def test_whatever_comes_in_it_has_room_and_a_full_stop(text: str, words: int) -> None:
    said = whole(text, words)
    assert len(said.split()) <= words
    assert not said or re.search(r"[.!?…][\"'”’)\]]*$", said)
    assert shortened(said, words) == said or not said


@pytest.mark.shared
def test_of_real_reports_most_have_a_whole_sentence(shared_data: Path) -> None:
    """Of 625 summaries 82 % have one of 30 words; no part is of less than five."""
    with gzip.open(shared_data / "text" / "gold_tags_dev.jsonl.gz", "rt") as lines:
        summaries = [text for line in lines if (text := json.loads(line).get("summary"))]
    said = [whole(text, 30) for text in summaries]
    assert sum(map(bool, said)) > 0.75 * len(summaries)
    assert not any(one.endswith("…") for one in said)
    cut = [one for one, text in zip(said, summaries, strict=True) if one and one.rstrip(".!?") not in text]
    assert not [one for one in cut if len(one.split()) < LEAST_WORDS]
