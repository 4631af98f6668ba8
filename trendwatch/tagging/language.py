"""What language a text is in, where its feed does not say.

py3langid, letter n-grams, loaded when first needed (two thirds of a second). A short headline full of names
is easily taken for another language, so a text only counts as foreign where the detector is sure and has
enough to read: wrongly kept out is worse than tagged by the few words it shares. None of 848 English
headlines with their summaries was kept out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

#: Fewer letters are names, numbers and chance.
_ENOUGH = 40
_SURE = 0.95
_READ = 600


def detect(texts: Sequence[str], *, ours: str) -> list[str]:
    """Return the language of each text, such as "de"; ``ours`` where that cannot be told for sure."""
    return [_detect(text[:_READ], ours) for text in texts]


def _detect(text: str, ours: str) -> str:
    if sum(map(str.isalpha, text)) < _ENOUGH:
        return ours
    language, sure = _detector().classify(text)
    return str(language) if sure >= _SURE else ours


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
