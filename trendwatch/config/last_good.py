"""What a running service uses: the last configuration that was right, until a better one can be read.

An operator saves a file with a mistake in it at night: digests must still go out in the morning, as decided
before, and the mistake must be seen. The files are looked at on every call (a stat each), and read
again only when one of them or an overlay changed.

A folder that is suddenly empty is a mistake too: a disk that is not mounted, an owner lost in a restore. So
all examples, or two businesses and more, that go at once are not believed; one alone may leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

from trendwatch.config.files import BUSINESSES, EXAMPLES, Stamp, business_files, example_files, stamps
from trendwatch.config.loading import Config, load
from trendwatch.config.overlays import in_order
from trendwatch.errors import ConfigError
from trendwatch.types.work import Overlay


class LastGood:
    """The configuration of a directory, kept while the files are wrong; safe to share between threads."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self._directory = directory
        self._environ = dict(environ)
        self._lock = Lock()
        self._config: Config | None = None
        self._seen: tuple[tuple[Stamp, ...] | None, tuple[Overlay, ...]] | None = None
        # how many files of businesses and of examples the good one had
        self._had = (0, 0)
        #: why the files cannot be used now; None while they can
        self.error: ConfigError | None = None

    def current(self, overlays: Sequence[Overlay] = ()) -> Config:
        """Return the configuration of now, or the last good one while there is an error.

        Raises:
            ConfigError: there has been no good one yet.
        """
        with self._lock:
            # Stamped before reading: an edit during the read shows at the next call.
            seen = (self._stamps(), in_order(overlays))
            if seen[0] is None or seen != self._seen:
                self._read(seen[1])
                self._seen = seen
            if self._config is None:
                assert self.error is not None
                raise self.error
            return self._config

    def _stamps(self) -> tuple[Stamp, ...] | None:
        """Return how the files look, None while a folder cannot be read: then every look is a new one."""
        try:
            return stamps(self._directory)
        except ConfigError:
            return None

    def _read(self, overlays: Sequence[Overlay]) -> None:
        try:
            config = load(self._directory, environ=self._environ, overlays=overlays)
            config.examples()  # a wrong line there must not stop the steps later
            has = len(business_files(self._directory)), len(example_files(self._directory))
            self._check_not_lost(has)
            self._config, self.error, self._had = config, None, has
        except ConfigError as error:
            self.error = error

    def _check_not_lost(self, has: tuple[int, int]) -> None:
        for name, before, now, believed in zip((BUSINESSES, EXAMPLES), self._had, has, (1, 0), strict=True):
            if before > believed and not now:
                raise ConfigError(
                    f"all {before} files are gone at once, so what they said stays in force; "
                    "bring them back, or start trendwatch again if that is meant",
                    file=self._directory / name,
                )
