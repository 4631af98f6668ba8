"""Which documents the quick parser is given, as bytes, and why nothing it is not given could be missed.

Each test here stands for one step of the long way, decode | guard | repair, that would then change nothing:

- the bytes are UTF-8 to ``decode``, whoever says otherwise (Expat refuses what is not);
- what stands before the first element declares nothing, and behind it the quick parser takes no processing
  instruction, so Expat sees each tag, comment and section where ``guard`` and ``repair`` see it.
"""

from __future__ import annotations

import codecs

from trendwatch.news.decode import ILLEGAL, certain_utf8
from trendwatch.news.xmlguard import root_start
from trendwatch.types.news import Document

_HEAD = 8_192  # bytes before the first element; no real feed has more


def quick_body(document: Document) -> bytes | None:
    """Return a document from its first element on, None where it must go the long way."""
    body = certain_utf8(document.body, document.content_type)
    if body is None:
        return None
    try:
        head, _ = codecs.utf_8_decode(body[:_HEAD], "strict", False)
    except UnicodeDecodeError:
        return None
    start = root_start(head)
    if start is None or start == len(head) or ILLEGAL.search(head, 0, start):
        return None
    if head.lstrip()[:1] in ("{", "["):
        return None
    return body[len(head[:start].encode()) :]
