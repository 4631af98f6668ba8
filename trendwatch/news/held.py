"""Reports that are compared with what comes, and the open stories they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from trendwatch.news.gauge import NOWHERE, Vector, added, alone
from trendwatch.news.likeness import Reading
from trendwatch.news.wordings import Wording, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is read of an item to place it in a story."""

    item_id: str
    #: feed key
    source: str
    title: str
    summary: str
    #: aware; when it was told
    at: datetime


@dataclass(slots=True, eq=False)
class OpenStory:
    """A story with reports in the window."""

    id: str
    #: time of its first report
    opened: datetime
    #: reports it took, exact copies left out
    size: int = 0
    #: its reports in the window, in order of arrival
    members: dict[int, Held] = field(default_factory=dict)
    #: the sum of the vectors of the first reports, and how many those are
    summed: Vector = NOWHERE
    in_sum: int = 0
    newest: Held | None = None
    #: how many reports had arrived when one of its own left the window last
    lost: int = -1
    #: time of the earliest that left the window
    gone: datetime | None = None

    def open_again(self) -> None:
        """Find the time of its first report where some were taken away; those that left stay its own."""
        times = [held.report.at for held in self.members.values()]
        self.opened = min(times if self.gone is None else [self.gone, *times])


@dataclass(slots=True, eq=False)
class Held:
    """A report in the window."""

    #: in order of arrival
    number: int
    report: Report
    reading: Reading
    story: OpenStory
    #: its time in seconds since 1970
    when: float
    #: items with the same text
    copies: tuple[str, ...] = ()
    #: None until it was asked whether it vouches for another
    asked: Wording | None = None

    @property
    def wording(self) -> Wording:
        """What it says, as it is asked whether it vouches for another."""
        if self.asked is None:
            self.asked = wording(self.report.title, self.report.summary)
        return self.asked


def centroid(story: OpenStory) -> Vector:
    """Return the sum of the vectors of a story's reports in the window."""
    if story.in_sum == len(story.members):
        return story.summed
    if story.in_sum < len(story.members) == 1:
        [member] = story.members.values()
        story.summed, story.in_sum = alone(member.reading), 1
    else:
        # in order of arrival, so that a restored story adds up to the same
        joined = [member.reading for member in islice(story.members.values(), story.in_sum, None)]
        story.summed = added([story.summed, *joined] if story.in_sum else joined)
        story.in_sum = len(story.members)
    return story.summed
