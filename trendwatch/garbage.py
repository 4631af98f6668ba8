"""How often the process looks for objects that only hold each other."""

from __future__ import annotations

import gc

#: New objects before the young ones are looked through; how many such times before the older ones are.
_YOUNG, _OLDER, _ALL = 10_000, 20, 2


def collect_rarely() -> None:
    """Look through all objects after 400,000 more than were freed, if these are a quarter of what lives.

    The open stories are hundreds of thousands of objects that live for days, and looking through them took a
    tenth of the time that placing reports takes. Little waits for it: a story that is over, and an index that
    is rebuilt, hold nothing that holds them.
    """
    gc.set_threshold(_YOUNG, _OLDER, _ALL)
