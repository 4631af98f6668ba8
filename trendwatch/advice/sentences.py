"""One whole sentence of a report in few words: never a thought that breaks off.

Theory of operation.

Observations. Two of five reports begin with a sentence that is longer than its place. Cut at the last word
that has room, it says something else ("The trial ends at once"; it went on "if 29 % is not met") or nothing.

Method. The first sentence where it has room; else as much of it as is a sentence of its own; else the same
of the next two, where they do not lean on what was said before ("It also ..."). A part is a sentence if

    it ends before a mark (; –) that is the only one, a relative clause behind a comma, a supplement
    (", including", ", as", " after", " because"), or a second predicate (", and will")
    no comma follows in what goes: then it is the last of the sentence, and nothing of the rest depends on it
    it has more finite verbs than clauses that want one (that, who, if ...): of " after the flood, ..." we
    cannot know what it hangs on
    brackets and quotation marks close, and what goes holds no condition, contrast or source ("if", "but",
    "said"): without these the rest would claim more than the report does

What has no part that fits is left out: the headline has told it already.

Known failures. Verbs are found by endings and a list, so that some sentences that could be cut are not; a
sentence without a verb that has room is shown as it is. A text that a feed cut without a mark is taken for
whole where its quotation marks and brackets close.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from trendwatch.text import LEADING_WORDS, clean, sentences

#: A part of fewer words tells little.
LEAST_WORDS = 5
#: A longer sentence is an attack on the layout, not a sentence.
MOST_CHARS = 1_000
#: Of what is kept.
KEPT_CHARS = 240
#: Sentences that are looked at.
LOOKED_AT = 3

# Where a part may end. Behind a comma: a relative clause, a supplement, a second predicate.
_COMMA = re.compile(
    r",\s+(?=(?:which|who|whose|where|as|while|with|including|such as|especially|particularly|because|after|"
    r"following|thanks to|so that|making|giving|allowing|bringing|leaving|adding|marking|helping|"
    r"(?:and|but also)\s+(?:is|are|was|were|will|would|can|has|have|had|plans|expects))\b)",
    re.IGNORECASE,
)
_MARK = re.compile(r";\s+|\s+[–—]\s+|\s+--?\s+")
_BARE = re.compile(r"\s+(?=(?:after|because|so that)\b)", re.IGNORECASE)
# "came after", "a week after", "look after": what follows belongs to it.
_HANGS = frozenset(
    "come comes came is are was were be been being day days week weeks month months year years hour hours "
    "minute minutes shortly soon just only even long right look looks looking looked named go goes going "
    "ask asked sought not mainly largely partly simply".split()
)
_RELATIVE = ("which", "who", "whose", "where")
_VERBS = frozenset(
    "is are was were has have had will would can could may might must should does did isn't aren't wasn't "
    "weren't hasn't won't can't says said rose fell won lost made makes built builds began begins sold sells "
    "bought buys went goes came comes saw sees took takes gave gives hit grew grows found finds got gets "
    "kept keeps led leads told tells sent brought brings wrote became becomes means met paid pays ran runs "
    "shows showed offers uses plans launches opens expects wants needs helps lets cuts saves costs adds "
    "joins faces tries turns works reports raises moves promises replaces warns tell say make "
    "sell buy bring become get find".split()
)
_TOWARDS = frozenset("a an the its his her their our this that more all some up to".split())
_CLAUSES = re.compile(
    r"\b(?:that|who|which|whose|when|where|if|whether|because|while|how|what)\b", re.IGNORECASE
)
_SUBORDINATE = re.compile(
    r"(?:although|though|while|when|if|as|after|before|since|because|once|until|unless|despite|whether)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither|hardly|without|none)\b|n['’]t\b", re.IGNORECASE)
# Without these the rest would claim more than was said.
_CONDITION = re.compile(
    r"\b(?:if|unless|until|except|but|although|though|however|despite|only|provided|pending|according|"
    r"says?|said|saying|told|tells|claims?|claimed|argues?|argued|alleg\w+|report(?:ed|s)|believes?|thinks?|"
    r"suggests?|expects?|hopes?|insists?|denie[sd])\b",
    re.IGNORECASE,
)
# What leans on the sentence before it.
_LEANS = re.compile(
    r"(?:it|its|this|that|these|those|they|their|he|his|she|her|such|but|and|or|however|also|then|so|yet|"
    r"instead|still|the|meanwhile|both|another|other|others|there|here|one|read more|continue|click|"
    r"subscribe)\b",
    re.IGNORECASE,
)
_PAIRS = (("(", ")"), ("“", "”"), ("[", "]"))
_STOPPED = re.compile(r"[.!?][\"'”’)\]]*$")
# "in these regions – Delhi": what goes is what was announced.
_ANNOUNCES = frozenset("following these such below".split())
_BROKEN = re.compile(r"(?:…|\.\.\.|\[…\])[\"'”’)\]]*$")


def whole(text: str, words: int) -> str:
    """Return a sentence of a text with at most so many words and its full stop, "" where there is none."""
    for place, sentence in enumerate(sentences(clean(text), most=LOOKED_AT)):
        if place and (_LEANS.match(sentence) or " also " in sentence or not _STOPPED.search(sentence)):
            continue
        if found := shortened(sentence, words):
            return found
    return ""


def shortened(sentence: str, words: int) -> str:
    """Return a sentence, or the longest part of it that is one, of at most so many words; "" for none."""
    if not sentence or len(sentence) > MOST_CHARS:
        return ""
    fits = len(sentence.split()) <= words and len(sentence) < KEPT_CHARS
    if fits and not _BROKEN.search(sentence) and _closes(sentence):
        return _ended(sentence)
    parts = [part for part in _parts(sentence) if len(part) < KEPT_CHARS]
    parts = [part for part in parts if LEAST_WORDS <= len(part.split()) <= words]
    return _ended(max(parts, key=len)) if parts else ""


def _parts(sentence: str) -> Iterator[str]:
    """Yield the beginnings of a sentence that are sentences of their own."""
    marks = list(_MARK.finditer(sentence))
    ends = [*_COMMA.finditer(sentence), *_BARE.finditer(sentence), *(marks if len(marks) == 1 else ())]
    for end in ends:
        kept, gone = sentence[: end.start()], sentence[end.end() :]
        if _stands(kept, gone, mark=end.group().strip()):
            yield kept


def _stands(kept: str, gone: str, *, mark: str) -> bool:
    """Tell whether what is kept is a sentence, and as true as the whole."""
    last = kept.rsplit(maxsplit=1)[-1].casefold()
    if _CONDITION.search(gone) or not _closes(kept) or last in LEADING_WORDS:
        return False
    following = gone.split(maxsplit=1)[0].casefold() if gone else ""
    if mark not in {"", ","} and not _ANNOUNCES.isdisjoint(kept.casefold().split()[-3:]):
        return False
    if mark == "" and (last in _HANGS or _NEGATION.search(kept)):
        return False
    if mark == "," and ("," in gone or (following not in _RELATIVE and _NEGATION.search(kept))):
        return False
    return _has_verb(kept)


def _has_verb(kept: str) -> bool:
    """Tell whether there is a verb of its own, beside those of the clauses in it."""
    main = kept
    if _SUBORDINATE.match(kept):
        main = kept.partition(", ")[2]
    each = [*main.replace("’", "'").split(), ""]
    found = sum(
        1 for word, following in pairwise(each) if word.casefold() in _VERBS or _acts(word, following)
    )
    return found > len(_CLAUSES.findall(main))


def _acts(word: str, following: str) -> bool:
    """Tell whether a word in -ed has an object: "followed 560 farmers", but not "the tool used in fields"."""
    aimed = following.casefold() in _TOWARDS or following[:1].isdigit() or following[:1] in "€$£"
    return word.endswith("ed") and word.islower() and bool(following) and aimed


def _closes(text: str) -> bool:
    return all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS) and not (
        text.count('"') % 2
    )


def _ended(sentence: str) -> str:
    """Return a sentence with its full stop."""
    sentence = sentence.rstrip(" ,;:–—-|")
    return sentence if _STOPPED.search(sentence) else f"{sentence}."
