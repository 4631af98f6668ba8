"""What left and what waits, for the operator: notices on top, doubts marked, one button to send again."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from trendwatch.types.delivery import DeliveryState
from trendwatch.web.looks import page
from trendwatch.web.parts import Given

router = APIRouter(prefix="/deliveries")

_SHOWN = 100
#: What a person may want to send once more.
_AGAIN = frozenset({DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.SENT})


@router.get("")
def deliveries(parts: Given) -> Response:
    """Show what left and what waits."""
    store, settings = parts.store, parts.config().settings
    values = {
        "notices": store.notices.latest(limit=20),
        "deliveries": store.deliveries.latest(limit=_SHOWN),
        "counts": {state: count for state, count in store.deliveries.count_by_state().items() if count},
        "again": _AGAIN,
        "outbox": "" if settings.mail.smtp_host else settings.mail.outbox,
        "now": parts.clock(),
    }
    return page("deliveries.html", {"here": "deliveries", **values})


@router.post("/{delivery}/again")
def send_again(delivery: str, parts: Given) -> Response:
    """Send a delivery once more under the same id."""
    parts.store.deliveries.again(delivery[:40], now=parts.clock())
    return RedirectResponse("/deliveries", status_code=303)
