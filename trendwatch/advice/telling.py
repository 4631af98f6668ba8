"""What is said of a story wherever it is told: its headline and one sentence of what happened.

Headlines are never rewritten; only a hostile length is cut.
"""

from __future__ import annotations

from trendwatch.advice.words import shorten
from trendwatch.text import clean, cut, first_sentence, headline
from trendwatch.types.advice import Candidate

#: Words of what happened.
WHAT_WORDS = 24
#: A longer headline is an attack on the layout, not a headline.
HEADLINE_CHARS = 160


def title_of(story: Candidate, *, lead: str = "") -> str:
    """Return the headline of a story, behind a lead such as "Update: "."""
    return cut(lead + clean(headline(story.title)), HEADLINE_CHARS) or "(no headline)"


def what_happened(story: Candidate, title: str) -> str:
    """Return the first sentence of a story, "" where it is the headline again."""
    what = shorten(first_sentence(clean(story.summary)), WHAT_WORDS)
    return "" if _plain(what) == _plain(title) else what


def _plain(text: str) -> str:
    return text.casefold().strip(" .…")
