"""The templates: Jinja2, everything escaped, an unknown name is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trendwatch.render.inline import LinkView, link
from trendwatch.render.view import View


def render(template: str, **values: object) -> str:
    """Return a template filled with values."""
    return _environment().get_template(template).render(values)


def footer_links(view: View, base_url: str) -> tuple[LinkView, ...]:
    """Return where else a digest can be read, and why not others; none without a base address."""
    here = issue_url(base_url, view.period)
    if not here:
        return ()
    return (
        LinkView(text="Read on the web", url=here),
        LinkView(text="Why is a story not here?", url=link(f"{here}/why")),
        LinkView(text="All issues", url=link(base_url)),
    )


def issue_url(base_url: str, period: str) -> str:
    """Return the address of one issue under that of all issues, "" where there is none."""
    return link(f"{base_url.rstrip('/')}/{period}") if base_url else ""


@cache
def _environment() -> Environment:
    # Style sheets pass through Jinja2 too, so everything is escaped, not only what ends in .html.
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
