"""The one-time code that proves that somebody stands at the box; it makes the first admin, or a new password of one.

It is kept in clear, in a file that only its owner can read: it must be shown again, also after a restart, as it may be
printed on a label by then. Whoever can read the file may open the control socket beside it, and there everything.
"""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pbx.store.disk.atomic import remove_file, write_file
from pbx.store.shapes import made

SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which people mistake for each other."""
LENGTH = 10
WRONG_TRIES = 5
"""Then another code is made."""
PRESSED = 120.0
"""Seconds after somebody pressed the box's button in which the page shows the code."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was not used yet."""

    code: str
    expires: float | None
    """Unix time; None: when it is used."""
    wrong: int = 0
    """Tries with another one since."""


class Codes:
    """The code in use, if there is one. Times are Unix seconds, handed in."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._pressed: float | None = None

    def current(self, now: float) -> Code | None:
        """The code that is valid now."""
        try:
            code = made(Code, json.loads(self._path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return None if code.expires is not None and code.expires <= now else code

    def make(self, expires: float | None) -> Code:
        """Another code in the place of the one there was. Raises OSError."""
        return self._keep(Code(new_code(), expires))

    def wrong(self, code: Code) -> None:
        """Somebody tried another one: after some tries there is a new code. Raises OSError."""
        if code.wrong + 1 < WRONG_TRIES:
            self._keep(replace(code, wrong=code.wrong + 1))
        else:
            self.make(code.expires)

    def spend(self) -> None:
        """It was used. Raises OSError."""
        remove_file(self._path)
        self._pressed = None

    def press(self) -> None:
        """Somebody pressed the box's button."""
        self._pressed = self._clock()

    @property
    def pressed(self) -> bool:
        """Whether the button was pressed a moment ago."""
        return self._pressed is not None and self._clock() - self._pressed < PRESSED

    def _keep(self, code: Code) -> Code:
        write_file(self._path, json.dumps(asdict(code)).encode())
        return code


def new_code() -> str:
    """Fifty random bits, for people to type."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def typed_code(text: str) -> str:
    """A code as somebody typed it, with dashes, spaces or small letters."""
    return "".join(sign for sign in text.upper()[:64] if sign in SIGNS)


def spoken_code(code: str) -> str:
    """A code for reading: ABCDE-FGHJK."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
