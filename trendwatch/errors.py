"""The error tree. A feed's failure is data (see types.news.Failure); an exception is for everything else.

    TrendwatchError
    ├── ConfigError            a file or value of the operator is wrong: where it stands, what to do
    │   └── StandsInFile       a file of the operator has the last word: change that
    ├── StoreError
    │   ├── StorageUnavailable the database cannot be read or written now; nothing was lost
    │   ├── SchemaTooNew       the database was written by a newer trendwatch
    │   └── LeaseLost          another process took the work over; this one must drop its results
    ├── ModelRejected          a model file is damaged, too large or of another kind: retrain
    ├── InputError             what a filter, a form or a request holds is wrong
    │   └── AlreadyThere       something has this key: change that, or choose another
    ├── NotFound               nothing has this name
    ├── LinkRefused            a signed link is forged, damaged or too old
    ├── InUse                  another process works on this now: ask again
    └── DeliveryError          a digest could not be handed over; carries whether to try again

Messages say what to do next. A library's exceptions are translated at the edge that owns the library.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path


class TrendwatchError(Exception):
    """Anything trendwatch raises on purpose."""


class ConfigError(TrendwatchError):
    """A configuration value is wrong.

    Renders as ``config/feeds.toml:12: message``, so that editors can jump to the place.
    """

    def __init__(self, message: str, *, file: Path | None = None, line: int | None = None) -> None:
        self.message = message
        #: the file at fault, None for values from the environment or the command line
        self.file = file
        #: line in the file, counted from 1, None where it is not known
        self.line = line
        place = "" if file is None else f"{file}:{line}: " if line else f"{file}: "
        super().__init__(place + message)


class StandsInFile(ConfigError):
    """A file of the operator has the last word on this: it is changed there, not by a request."""


class StoreError(TrendwatchError):
    """The store could not do what it was asked."""


class StorageUnavailable(StoreError):
    """The database cannot be reached, is locked for too long, full or read-only. Try again later."""


class SchemaTooNew(StoreError):
    """The database carries a migration this version does not know: upgrade trendwatch."""


class LeaseLost(StoreError):
    """The lease on a piece of work ran out and another process holds it now."""

    def __init__(self, step: str, partition: str) -> None:
        self.step = step
        self.partition = partition
        super().__init__(f"the lease on {step}/{partition} was lost; its results were not written")


class ModelRejected(TrendwatchError):
    """A model cannot be trusted: wrong hash, shape, size or format. The last good one stays in use."""


class InputError(TrendwatchError):
    """What a filter was given, a form says or a request asks is wrong."""

    def __init__(self, message: str, *, file: str = "", line: int | None = None) -> None:
        self.file = file
        #: counted from 1
        self.line = line
        place = f"{file or 'input'}:{line}: " if line else f"{file}: " if file else ""
        super().__init__(place + message)


class AlreadyThere(InputError):
    """Something has this key already: change it, or choose another key."""

    def __init__(self, kind: str, key: str) -> None:
        #: what it is: "feed", "business"
        self.kind = kind
        #: the key that is taken
        self.key = key
        super().__init__(f"there is a {kind} {key!r} already; change it, or choose another key")


class NotFound(TrendwatchError):
    """There is no feed, business, item, story, model or digest of this name."""

    def __init__(self, kind: str, key: str, *, hint: str = "") -> None:
        self.kind = kind
        self.key = key
        super().__init__(f"no {kind} named {key!r}{'; ' + hint if hint else ''}")


class LinkRefused(TrendwatchError):
    """A signed link is forged, damaged or too old: nothing is done."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        #: True: it was genuine once
        self.expired = expired
        super().__init__(message)


class InUse(TrendwatchError):
    """Another process works on this now. Try again later."""


class DeliveryError(TrendwatchError):
    """A channel refused or lost a digest."""

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        in_doubt: bool = False,
        operator: bool = False,
        hard: bool = False,
        gone: bool = False,
        wait: timedelta | None = None,
    ) -> None:
        #: True: trying again cannot help (a 5xx reply, a wrong address)
        self.permanent = permanent
        #: True: all was handed over and the final reply was lost; a repeat may be a second copy
        self.in_doubt = in_doubt
        #: True: no reader is at fault but how we send (a login, a certificate): the operator must act
        self.operator = operator
        #: True: the address itself was refused for good
        self.hard = hard
        #: True: the other side says that it wants nothing more, ever
        self.gone = gone
        #: how long the other side wants to be left alone, None where it does not say
        self.wait = wait
        super().__init__(message)
