"""Where configuration stands on disk, and how one TOML file is read."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import trendwatch
from trendwatch.config.places import Places, find_places
from trendwatch.errors import ConfigError

SETTINGS = "trendwatch.toml"
TAXONOMY = "taxonomy.toml"
FEEDS = "feeds.toml"
PRACTICES = "practices.toml"
SECTORS = "sectors.toml"
PACKS = "packs.toml"
#: The files that name labels of the taxonomy.
NAMING_LABELS = (FEEDS, PACKS, PRACTICES, SECTORS)
#: Every file that stands alone, in the order in which problems are told.
TOPS = (SETTINGS, TAXONOMY, FEEDS, PACKS, PRACTICES, SECTORS)
BUSINESSES = "businesses"
EXAMPLES = "examples"

#: Names the directory where nothing is given on the command line.
DIRECTORY_VARIABLE = "TRENDWATCH_CONFIG"

_LANGUAGE = re.compile(r"taxonomy\..*\.toml")
_LINE = re.compile(r"\(at line (\d+), column \d+\)")

#: What tells whether a file changed: path, time, size and number of the file on its disk.
Stamp = tuple[str, int, int, int]


@dataclass(frozen=True)
class File:
    """A TOML file as read."""

    path: Path
    text: str
    values: Mapping[str, object]

    @cached_property
    def _places(self) -> Places:
        return find_places(self.text)

    def line(self, keys: Sequence[str]) -> int | None:
        """Return the line of a key or of the nearest table around it; None where neither is written."""
        return self._places.line(keys)


def read_toml(path: Path) -> File | None:
    """Read a file; None where there is none.

    Raises:
        ConfigError: it cannot be opened, is not UTF-8 or not TOML; says the line.
    """
    text = read_text(path)
    if text is None:
        return None
    try:
        return File(path, text, tomllib.loads(text))
    except RecursionError as error:
        raise ConfigError("not TOML: nested too deep", file=path) from error
    except ValueError as error:
        raise _syntax_error(path, text, str(error)) from error


def read_text(path: Path) -> str | None:
    """Read a text; None where there is no such file.

    Raises:
        ConfigError: it cannot be opened or is not UTF-8; says the line.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=path) from error
    try:
        # Windows editors put a byte-order mark first; TOML and JSON know none.
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8; save it as UTF-8", file=path, line=number) from error


def _syntax_error(path: Path, text: str, message: str) -> ConfigError:
    """Return tomllib's complaint with the place it ends in, ``(at line 3, column 5)``, as a place."""
    match = _LINE.search(message)
    last = text.rstrip().count("\n") + 1 if "end of document" in message else None
    number = int(match[1]) if match else last
    plain = message[: message.rfind(" (at ")] if " (at " in message else message
    return ConfigError(f"not TOML: {plain[:1].lower()}{plain[1:]}", file=path, line=number)


def business_files(directory: Path) -> list[Path]:
    """Return the files of all businesses by name; hidden ones are an editor's.

    Raises:
        ConfigError: the folder is there and cannot be read.
    """
    return _inside(directory / BUSINESSES, ends=".toml")


def example_files(directory: Path) -> list[Path]:
    """Return the files of labelled examples by name.

    Raises:
        ConfigError: the folder is there and cannot be read.
    """
    return _inside(directory / EXAMPLES, ends=".jsonl")


def language_files(directory: Path) -> list[Path]:
    """Return the files of terms in further languages by name.

    Raises:
        ConfigError: the folder cannot be read.
    """
    return [path for path in _inside(directory, ends=".toml") if _LANGUAGE.fullmatch(path.name)]


def _inside(folder: Path, *, ends: str) -> list[Path]:
    """Return the files of a folder, none without it; ``glob`` finds none in one it may not read either."""
    try:
        with os.scandir(folder) as found:
            names = sorted(one.name for one in found)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(
            f"the folder cannot be read: {error.strerror}; check who owns it", file=folder
        ) from error
    return [folder / name for name in names if name.endswith(ends) and not name.startswith(".")]


def config_files(directory: Path) -> list[Path]:
    """Return every file that is part of a configuration and exists.

    Raises:
        ConfigError: a folder of it cannot be read.
    """
    tops = (directory / name for name in TOPS)
    return [
        *(path for path in tops if path.is_file()),
        *language_files(directory),
        *business_files(directory),
        *example_files(directory),
    ]


def stamps(directory: Path) -> tuple[Stamp, ...]:
    """Return what changes whenever a file is edited, added or removed.

    Raises:
        ConfigError: a folder cannot be read.
    """
    found: list[Stamp] = []
    for path in config_files(directory):
        try:
            status = path.stat()
        except OSError:  # went away between listing and looking: the next look tells
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)


def shipped_directory() -> Path:
    """Return the configuration that comes with trendwatch: in the wheel, or in the checkout.

    Raises:
        ConfigError: neither is there; the installation is damaged.
    """
    package = Path(trendwatch.__file__).parent
    for candidate in (package / "shipped" / "config", package.parent / "config"):
        if (candidate / SETTINGS).is_file():
            return candidate
    raise ConfigError(
        f"the configuration shipped with trendwatch is missing beside {package}; install it again"
    )


def find_directory(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Return the directory to use: the explicit one, $TRENDWATCH_CONFIG, ./config, or the shipped one.

    Raises:
        ConfigError: a directory that was asked for holds no trendwatch.toml.
    """
    named = environ.get(DIRECTORY_VARIABLE, "")
    asked = explicit or (Path(named).expanduser() if named else None)
    if asked is None:
        local = cwd / "config"
        return local if (local / SETTINGS).is_file() else shipped_directory()
    if not (asked / SETTINGS).is_file():
        source = "" if explicit else f"{DIRECTORY_VARIABLE}: "
        start = "copy one from" if asked.is_dir() else "there is no such directory; start with a copy of"
        raise ConfigError(f"{source}{asked} has no {SETTINGS}; {start} {shipped_directory()}")
    return asked
