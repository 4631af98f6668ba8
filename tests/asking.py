"""Asks an application as a client would, without a socket and without Starlette's own client."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx

from tests.conftest import PROJECT
from trendwatch.api import Parts, create_app


def documented_routes(*methods: str) -> list[tuple[str, str]]:
    """Return method and path of the API's addresses as the README lists them, so that none goes unseen."""
    listed = re.findall(
        r"^\| `([A-Z]+) (/api/v1/\S*)` \|", (PROJECT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    return [(method, path) for method, path in listed if not methods or method in methods]


class Asker:
    """A client of one application."""

    def __init__(self, parts: Parts, *, base_url: str = "http://127.0.0.1", **headers: str) -> None:
        self.app = create_app(parts)
        self._base_url = base_url
        self._headers = headers

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, **given))

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self("GET", path, **given)

    async def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        headers = {**self._headers, **given.pop("headers", {})}
        async with httpx.AsyncClient(transport=transport, base_url=self._base_url) as client:
            return await client.request(method, path, headers=headers, **given)
