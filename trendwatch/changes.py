"""Changes to the configuration from pages, API and command line: judged whole, then kept as overlays.

Every door changes things here, so that all judge alike: a change is laid over the files, everything is read
as at a start, and anything wrong refuses it. That holds for mistakes in the files too: while there are any,
the last good configuration is in force, and no change would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trendwatch.errors import AlreadyThere, ConfigError
from trendwatch.store.overlays import values_of
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
        self.overlays.change(lambda seen: self._judged(seen, kind, {key: values}, by=by))

    def create_all(self, kind: OverlayKind, values: Mapping[str, Mapping[str, object]], *, by: str) -> None:
        """Make several things by key that were not there before, all of them or none.

        Raises:
            AlreadyThere: one of these keys is taken; nothing was changed.
            ConfigError: the configuration with them would not be valid; nothing was changed.
        """

        def made(seen: Sequence[Overlay]) -> list[Overlay]:
            laid = {one.key for one in seen if one.kind == kind and one.values is not None}
            removed = {one.key for one in seen if one.kind == kind and one.values is None}
            taken = laid | (set(self.config().tables.of(kind)) - removed)
            for key in values:
                if key in taken:
                    raise AlreadyThere(kind, key)
            return self._judged(seen, kind, values, by=by)

        self.overlays.change(made)

    def add_all(self, kind: OverlayKind, given: Mapping[str, Mapping[str, object]], *, by: str) -> None:
        """Change what is given of several things by key, all of them or none; earlier changes of them stay.

        Raises:
            ConfigError: the configuration with these changes would not be valid; nothing was changed.
        """

        def made(seen: Sequence[Overlay]) -> list[Overlay]:
            merged = {key: {**values_of(seen, kind, key), **values} for key, values in given.items()}
            return self._judged(seen, kind, merged, by=by)

        self.overlays.change(made)

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

    def _judged(
        self,
        seen: Sequence[Overlay],
        kind: OverlayKind,
        values: Mapping[str, Mapping[str, object] | None],
        *,
        by: str,
    ) -> list[Overlay]:
        """Return values as overlays that nothing is wrong with, beside those seen.

        Raises:
            ConfigError: something is; says what, without the words about where it stands.
        """
        now = self.clock()
        new = [
            Overlay(kind=kind, key=key, values=given, changed_at=now, changed_by=by)
            for key, given in values.items()
        ]
        others = [one for one in seen if one.kind != kind or one.key not in values]
        prefix = f"overlay on {new[0].kind} {new[0].key}: " if len(new) == 1 else ""
        said = [str(problem).removeprefix(prefix) for problem in self.check([*others, *new])]
        if said:
            rest = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
            raise ConfigError("; ".join(said[:_SHOWN]) + rest)
        return new
