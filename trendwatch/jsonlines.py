"""JSON lines as people hand them in: each is read by itself, and what is wrong with one is said in words.

Lines are taken as bytes, since only then a line in another encoding spoils no other, and the terminal's own
encoding (ASCII where the locale is C) has no say in how a file is read.
"""

from __future__ import annotations

import json
import re
from typing import Any

from trendwatch.errors import InputError

#: Windows editors put it before the first line.
_MARK = "\ufeff"
#: Half of a character: JSON can name one ("\ud800"), no file or terminal can hold it.
_HALF = re.compile("[\ud800-\udfff]")


class WrongLine(ValueError):
    """What is wrong with a line, in words."""


def refuse(error: InputError) -> None:
    """End at the first line that is wrong.

    Raises:
        InputError: always.
    """
    raise error


def line_text(line: bytes | str) -> str:
    """Return a line as text, without a mark before it; "" where nothing stands on it.

    Raises:
        WrongLine: its bytes are no UTF-8.
    """
    if isinstance(line, bytes):
        try:
            line = line.decode()
        except UnicodeDecodeError as error:
            raise WrongLine(f"not UTF-8 (byte {error.start + 1} of the line); save it as UTF-8") from error
    return line.removeprefix(_MARK).strip()


def json_value(text: str) -> Any:
    """Return the value that a line holds.

    Raises:
        WrongLine: it is no JSON, or nested or long beyond reading.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise WrongLine(
            f"not JSON ({error.msg} at character {error.pos + 1}); give one object a line"
        ) from error
    except RecursionError as error:
        raise WrongLine("not JSON that can be read (nested too deep)") from error
    except ValueError as error:
        raise WrongLine("not JSON that can be read (a number of thousands of digits)") from error


def whole(text: str, *, field: str) -> str:
    """Return a text that is a name: it must come out again as it went in.

    Raises:
        WrongLine: it holds half a character.
    """
    if found := _HALF.search(text):
        raise WrongLine(f"{field} holds half a character (\\u{ord(found[0]):04x})")
    return text
