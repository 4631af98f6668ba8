"""A folder as mailbox: every digest is one .eml file that any mail program opens.

The default channel: it needs no server, and what lies there is what would have been sent.
"""

from __future__ import annotations

import os
import re
from glob import escape
from pathlib import Path
from tempfile import NamedTemporaryFile

from trendwatch.deliver.message import message_bytes
from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Mail
from trendwatch.types.identity import stable_id

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,120}")


class Outbox:
    """Writes mail into a folder. Sending the same mail twice leaves one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: Mail) -> str:
        """Write a mail and return the path of its file.

        Raises:
            DeliveryError: the folder cannot be written (the operator's to mend), or a header cannot.
        """
        content = message_bytes(mail)
        path = self._folder / _file_name(mail.message_id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_whole(path, content)
        except OSError as error:
            message = f"cannot write {path}: {error.strerror or error}; free space or correct the folder"
            raise DeliveryError(message, permanent=False, operator=True) from error
        return str(path)

    def remove(self, delivery_id: str) -> bool:
        """Delete the file of a delivery; return whether there was one."""
        # Whatever the sender's domain was then.
        found = list(self._folder.glob(f"{escape(delivery_id)}@*.eml"))
        for path in found:
            path.unlink(missing_ok=True)
        return bool(found)


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it, even after a power cut."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except OSError:
            Path(part.name).unlink(missing_ok=True)
            raise


def _file_name(message_id: str) -> str:
    """Return a name made of the message id; of its hash where it holds anything but plain characters."""
    name = message_id.strip("<>")
    return f"{name if _PLAIN_NAME.fullmatch(name) else stable_id(message_id)}.eml"
