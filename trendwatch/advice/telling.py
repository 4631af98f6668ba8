"""What is said of a story wherever it is told: its headline and one sentence of what happened.

Headlines are never rewritten: of one the length of a paragraph its first clauses stay, and "Sponsored:" is a
mark beside it (``evidence``). Reports are told in a sentence of their own or not at all (``sentences``).
"""

from __future__ import annotations

from trendwatch.advice.evidence import unpaid
from trendwatch.advice.sentences import whole
from trendwatch.text import clean, cut, headline
from trendwatch.types.advice import Candidate

#: Words of what happened: of 625 real reports, 82 % have a whole sentence of so many, 74 % one of 24.
WHAT_WORDS = 30
#: A longer headline is an attack on the layout, not a headline.
HEADLINE_CHARS = 160


def title_of(story: Candidate, *, lead: str = "") -> str:
    """Return the headline of a story, behind a lead such as "Update: "."""
    return cut(lead + unpaid(clean(headline(story.title))), HEADLINE_CHARS) or "(no headline)"


def what_happened(story: Candidate, title: str, *, words: int = WHAT_WORDS) -> str:
    """Return a whole sentence of a story, "" where none has room or it is the headline again."""
    what = whole(story.summary, min(words, WHAT_WORDS))
    return "" if _plain(what) == _plain(title) else what


def _plain(text: str) -> str:
    return text.casefold().strip(" .…")
