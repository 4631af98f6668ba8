"""Figures for Prometheus, asked of the store at each scrape: every worker tells the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.responses import Response

from trendwatch.advice.trendwords import direction
from trendwatch.types.trends import Trend
from trendwatch.web.condition import condition
from trendwatch.web.parts import Parts

router = APIRouter(tags=["health"])


class Figures(Collector):
    """What can be counted of a running service."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: registering must not ask the store."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Count everything once."""
        parts = self._parts
        found = condition(parts)
        yield _by(
            "trendwatch_feeds",
            "Feeds by state.",
            label="state",
            counts={str(k): n for k, n in found.feeds.items()},
        )
        yield GaugeMetricFamily("trendwatch_items", "Items kept.", found.items)
        yield GaugeMetricFamily("trendwatch_items_waiting", "Items not understood yet.", found.waiting)
        moved = Counter(direction(trend) for trend in self._last_trends(found.model_version))
        both = {name: moved[name] for name in ("up", "down")}
        yield _by("trendwatch_trends", "Trends of the last judged week.", label="direction", counts=both)
        yield from self._digests()
        yield GaugeMetricFamily("trendwatch_config_ok", "1 while the files are fine.", not found.config_error)
        if found.polled_at:
            seconds = (parts.clock() - found.polled_at).total_seconds()
            help_ = "Since a poll last brought a readable document."
            yield GaugeMetricFamily("trendwatch_seconds_since_good_poll", help_, seconds)

    def _last_trends(self, version: str) -> list[Trend]:
        week = self._parts.store.trends.last_analysed(version) if version else None
        return [] if week is None else self._parts.store.trends.of_week(version, week)

    def _digests(self) -> Iterator[GaugeMetricFamily]:
        store = self._parts.store
        yield GaugeMetricFamily("trendwatch_digests", "Digests composed.", store.digests.count())
        by_state = {str(state): count for state, count in store.deliveries.count_by_state().items()}
        yield _by("trendwatch_deliveries", "Deliveries by state.", label="state", counts=by_state)


def registry(parts: Parts) -> CollectorRegistry:
    """Return an application's own registry; two applications in a process do not meet."""
    own = CollectorRegistry(auto_describe=False)
    own.register(Figures(parts))
    return own


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Tell the figures in Prometheus' text format."""
    body = generate_latest(request.app.state.registry)
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


def _by(name: str, help_: str, *, label: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
