"""Show the digest a business would have had:  latest edition | compose | nothing is written."""

from __future__ import annotations

from trendwatch.advice.columns import Columns
from trendwatch.pipeline.compose import composed
from trendwatch.store import Store
from trendwatch.types.advice import Business, Digest


def preview(store: Store, business: Business) -> Digest | None:
    """Return the digest of its latest edition for a business as it is given, None before the first edition.

    What the business was shown before that edition is not shown again; what that edition's own digest showed
    is, so that an owner sees what a change does to the issue they know.
    """
    issue = next(iter(store.digests.of(business.key, limit=1)), None)
    # The latest of all may be another business's, with hours of news since this one's own.
    edition = store.editions.find(issue.edition_id) if issue else store.editions.latest()
    if edition is None:
        return None
    return composed(store, business, Columns(edition))
