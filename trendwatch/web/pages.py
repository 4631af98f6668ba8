"""All pages, and the files they load."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from trendwatch.web import (
    about,
    arrivals,
    deliveries,
    digests,
    evidence,
    feeds,
    home,
    items,
    labels,
    newwords,
    profiles,
    quality,
    queue,
    readers,
    tags,
    trendkey,
    trends,
    votes,
    why,
)
from trendwatch.web.looks import assets

router = APIRouter(include_in_schema=False)


@router.get("/static/{digits}/{name}")
def static(digits: str, name: str) -> Response:
    """Answer a file that pages load; its content never changes at its address."""
    asset = assets().get(name)
    if asset is None or asset.url != f"/static/{digits}/{name}":
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.body, media_type=asset.media_type, headers=headers)


for _page in (
    *(home, digests, why, newwords, trendkey, trends, evidence, arrivals, items),
    *(tags, queue, quality, labels, feeds, about),
    *(readers, deliveries, profiles, votes),
):
    router.include_router(_page.router)
