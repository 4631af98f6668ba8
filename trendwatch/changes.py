"""Changes to the configuration from pages, API and command line: judged whole, then kept as overlays.

Every door changes things here, so that all judge alike: a change is laid over the files, everything is read
as at a start, and anything wrong refuses it. That holds for mistakes in the files too: while there are any,
the last good configuration is in force, and no change would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trendwatch.errors import ConfigError
from trendwatch.types.work import Clock, Overlay, OverlayKind

if TYPE_CHECKING:
    from trendwatch.config import Config
    from trendwatch.store.overlays import Overlays

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The way to change what is configured."""

    overlays: Overlays
    #: the configuration in force
    config: Callable[[], Config]
    #: everything that would be wrong with some overlays
    check: Callable[[Sequence[Overlay]], Sequence[ConfigError]]
    clock: Clock

    def put(self, kind: OverlayKind, key: str, values: Mapping[str, object] | None, *, by: str) -> None:
        """Lay values over what the files say of a thing; an earlier change of it is forgotten.

        Raises:
            ConfigError: the configuration with this change would not be valid; nothing was changed.
        """
        self.put_all(kind, {key: values}, by=by)

    def put_all(
        self, kind: OverlayKind, values: Mapping[str, Mapping[str, object] | None], *, by: str
    ) -> None:
        """Lay values over several things by key, all of them or none.

        Raises:
            ConfigError: the configuration with these changes would not be valid; nothing was changed.
        """
        now = self.clock()
        new = [
            Overlay(kind=kind, key=key, values=given, changed_at=now, changed_by=by)
            for key, given in values.items()
        ]
        self._judge(new)
        for overlay in new:
            self.overlays.put(overlay)

    def add(self, kind: OverlayKind, key: str, given: Mapping[str, object], *, by: str) -> None:
        """Change what is given of a thing; earlier changes of it stay.

        Raises:
            ConfigError: the configuration with this change would not be valid; nothing was changed.
        """
        change = Overlay(kind=kind, key=key, values=given, changed_at=self.clock(), changed_by=by)
        self.put(kind, key, self.overlays.with_earlier(change).values, by=by)

    def remove(self, kind: OverlayKind, key: str, *, by: str) -> None:
        """Take a thing away: one that only an overlay made is forgotten, one of the files marked as removed.

        Raises:
            NotFound: there is no such thing.
            ConfigError: something else needs it.
        """
        if self.config().origin(kind, key) == "overlay":
            self.overlays.drop(kind, key)
        else:
            self.put(kind, key, None, by=by)

    def _judge(self, new: Sequence[Overlay]) -> None:
        """Refuse overlays with which something is wrong.

        Raises:
            ConfigError: they do; says what, without the words about where it stands.
        """
        touched = {(one.kind, one.key) for one in new}
        others = [one for one in self.overlays.list() if (one.kind, one.key) not in touched]
        prefix = f"overlay on {new[0].kind} {new[0].key}: " if len(new) == 1 else ""
        said = [str(problem).removeprefix(prefix) for problem in self.check([*others, *new])]
        if said:
            rest = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
            raise ConfigError("; ".join(said[:_SHOWN]) + rest)
