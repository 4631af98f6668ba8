"""What each part of a score is worth, in points: three are one thing a business told us about itself.

Source: the ratios of the design (declared 1, related 0.4; breadth 1 − e^(−sources/4); freshness
half-life 4 days; momentum clip(IC025, 0, 2)/2), scaled. Set by hand on written cases, not fitted.
"""

from __future__ import annotations

from datetime import timedelta

from trendwatch.types.news import FeedKind

#: The unit: one thing the business told us about itself.
OWN_SECTOR = 3.0
ASKED = 3.0
FOLLOWED = 3.0
#: Taxonomy neighbours of a topic asked about: 0.4 of it.
RELATED = 1.2
#: Software it depends on: rarer and more exact than a topic, but names are ambiguous.
TOOL = 2.5
#: Goals are broad (half of all news serves "operations"), so they support rather than decide.
GOAL = 1.5
SECOND_GOAL = 0.75
#: Something may have to be done; counts only where it can concern the business, then more than a goal.
ACTION = 2.0
#: Happens in another sector and not in this one.
ELSEWHERE = 1.0
#: A rule that the owner accepted: as much as one thing that was declared, for or against.
LESS = -3.0
MORE = 3.0
#: Many independent publishers: at most this, half of it at three.
BREADTH = 2.0
#: Its technologies are reported more than usual: at most this.
MOMENTUM = 1.5
FRESH = 0.8
FRESH_HALF_LIFE = timedelta(days=4)
#: Who writes seldom is drowned by who writes always.
RARE = 0.3
SINGLE_SOURCE = -1.0
VENDOR_WRITTEN = -1.5
#: Who speaks for the thing itself: a regulator needs no second publisher.
OFFICIAL = frozenset({FeedKind.REGULATOR, FeedKind.RESEARCH})

RULE = "impact:regulation"
#: Kinds of impact that ask for a decision, and how to say so.
ACTION_WORDS = {
    RULE: "a rule you may have to follow",
    "impact:threat": "a risk you may have to act on",
    "impact:security": "a security risk to check",
}
#: Of these, what knows no borders: rules do.
RISKS = ("impact:threat", "impact:security")
