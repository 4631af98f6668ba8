"""Models trained from configuration alone, kept on this machine between runs.

Training takes seconds and its result depends on three things only: labels and terms, examples, and the
code that trains. A model is filed under all three, so a stale one is never found. Losing the folder
costs one training. What is read here is checked like any model before it is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

from trendwatch.types.tags import Model

#: The code that decides what training yields.
_CODE = ("phrases.py", "text.py", "vectors.py", "tagging")
_LIBRARIES = ("numpy", "scipy")


def cache_directory(environ: Mapping[str, str]) -> Path:
    """Return where models are kept: TRENDWATCH_CACHE, else the user's cache folder."""
    if given := environ.get("TRENDWATCH_CACHE"):
        return Path(given)
    base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".cache")
    return Path(base) / "trendwatch"


class ModelCache:
    """A folder of models by lesson.

    Args:
        folder: where they are
        code: names the code that trains; this one where left out
    """

    def __init__(self, folder: Path, *, code: str = "") -> None:
        self._folder = folder
        #: names the code and the libraries that train
        self.code = code or code_hash()

    def find(self, lesson: str) -> Model | None:
        """Return the model trained on a lesson by this code, None where there is none that can be read."""
        try:
            blob = self._path(lesson, "npz").read_bytes()
            about = json.loads(self._path(lesson, "json").read_text("utf-8"))
            return Model(
                version=about["version"],
                created_at=datetime.fromisoformat(about["created_at"]),
                manifest=about["manifest"],
                blob=blob,
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, lesson: str, model: Model) -> None:
        """File a model. A folder that cannot be written is no error: it is only a cache."""
        about = {
            "version": model.version,
            "created_at": model.created_at.isoformat(),
            "manifest": dict(model.manifest),
        }
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(self._path(lesson, "npz"), model.blob)
            self._write(self._path(lesson, "json"), json.dumps(about).encode())

    def _write(self, path: Path, content: bytes) -> None:
        """Write a whole file or none: another process may be reading."""
        with NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)

    def _path(self, lesson: str, ending: str) -> Path:
        return self._folder / f"model-{lesson}-{self.code}.{ending}"


@cache
def code_hash() -> str:
    """Return 8 hex digits that change with the code and the libraries that read texts and train."""
    package = Path(__file__).parent
    digest = sha256(repr([version(name) for name in _LIBRARIES]).encode())
    for name in _CODE:
        place = package / name
        for path in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
