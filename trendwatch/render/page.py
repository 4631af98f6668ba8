"""A digest as one standalone page: own styles, no scripts, nothing loaded from anywhere."""

from __future__ import annotations

from trendwatch.render.inline import text
from trendwatch.render.template import footer_links, render
from trendwatch.render.view import view
from trendwatch.types.advice import Digest


def html(digest: Digest, *, base_url: str = "", banner: str = "", votes_url: str = "") -> str:
    """Return the page of a digest.

    Args:
        digest: what was composed.
        base_url: where this business's issues are; one is at ``BASE_URL/PERIOD``. "" leaves links out.
        banner: a sentence above everything, such as that the news is simulated.
        votes_url: where its readers say what stories were worth, "" for nowhere.
    """
    shown = view(digest, votes_url=votes_url)
    links = footer_links(shown, base_url)
    return render("page.html.j2", view=shown, links=links, banner=text(banner))
