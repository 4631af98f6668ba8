"""All pages, and the files they load."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from trendwatch.web import (
    about,
    arrivals,
    corrections,
    deliveries,
    digests,
    evidence,
    feeds,
    home,
    issues,
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


@router.get("/robots.txt")
def robots() -> Response:
    """Ask programs that collect pages to leave: what is here is for one house, and its links are signed."""
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain; charset=utf-8")


@router.get("/favicon.ico")
def favicon() -> Response:
    """Answer our sign to programs that ask for it by its old name."""
    icon = assets()["icon.svg"]
    return Response(icon.body, media_type=icon.media_type, headers={"Cache-Control": "public, max-age=86400"})


for _page in (
    *(home, digests, why, newwords, trendkey, trends, evidence, arrivals, items),
    *(tags, queue, corrections, quality, labels, feeds, about),
    *(readers, issues, deliveries, profiles, votes),
):
    router.include_router(_page.router)
