"""The other programs that an update needs, run as root."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

Heard = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended."""

    code: int
    said: str
    """What it printed."""


Run = Callable[[tuple[str, ...], Heard], Done]
"""Runs a program to its end; each line that it prints is passed on at once."""


def run(words: tuple[str, ...], heard: Heard) -> Done:
    """Run a program; what it complains of goes to our log. One that is not there ends with 127, as in a shell."""
    lines = []
    try:
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for raw in process.stdout:
                lines.append(raw.decode(errors="replace"))
                heard(lines[-1].rstrip("\n"))
        return Done(process.returncode, "".join(lines))
    except OSError as error:
        return Done(127, f"{words[0]}: {error.strerror}")
