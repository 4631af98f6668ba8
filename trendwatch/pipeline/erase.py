"""Hand out or forget everything about a business: one claim, one transaction, then the files of its mails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from trendwatch.errors import InUse, NotFound
from trendwatch.store import Store
from trendwatch.types.advice import Business
from trendwatch.types.work import Clock

_log = structlog.get_logger()
_LEASE = timedelta(minutes=5)
#: Of the export; it grows when a reader of an older one would misunderstand.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Erased:
    """What was forgotten."""

    deliveries: int
    #: mails that lay in the outbox folder
    files: int


def export(store: Store, business_key: str, business: Business | None, *, now: datetime) -> dict[str, object]:
    """Return everything that is kept about a business, as values of JSON: what it told us, and every row.

    Raises:
        NotFound: nothing is.
    """
    tables = store.erasure.export(business_key)
    if business is None and not any(tables.values()):
        raise NotFound("business", business_key)
    said = None if business is None else {**asdict(business), "digest_time": f"{business.digest_time:%H:%M}"}
    at = now.isoformat().replace("+00:00", "Z")
    return {"format": FORMAT, "exported_at": at, "business": said, "tables": tables}


def erase(store: Store, business_key: str, *, remove_file: Callable[[str], bool], clock: Clock) -> Erased:
    """Forget a business; of who left or refuses mail only keyed hashes stay.

    Args:
        store: where it is kept
        business_key: whose everything goes
        remove_file: deletes the outbox file of a delivery, and says whether there was one
        clock: tells the time

    Raises:
        InUse: a digest of it is being composed now.
    """
    claim = store.claim("compose", f"business:{business_key}", now=clock(), lease=_LEASE)
    if claim is None:
        raise InUse(f"a digest of {business_key} is being made now; try again in a minute")
    try:
        ids = store.erasure.erase(business_key, now=clock())
    finally:
        store.leases.release(claim)
    files = sum(remove_file(one) for one in ids)
    # Without the key: the log must not remember what was forgotten.
    _log.info("business.erased", deliveries=len(ids), files=files)
    return Erased(len(ids), files)
