"""Root's commands while no exchange runs, on a folder that is somebody else's: a process of its owner's does them.

What the folder's owner put into it, links too, gets none of root's rights; and what is made there is his, so that his
exchange can open it.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pbx.control.client import ControlError
from pbx.control.protocol import Garbled, Json, question, read_answer

PROGRAM = "pbx.cli.without_exchange"


@contextmanager
def opened(data: Path, user: tuple[int, int]) -> Iterator[Callable[..., Json]]:
    """Does commands (verb, arguments by name) as this user and group, one after the other, until it is left.

    What it gives raises Refused, ControlError.
    """
    words = (sys.executable, "-P", "-m", PROGRAM, str(data.absolute()))
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        user=user[0],
        group=user[1],
        extra_groups=(),
        umask=0o077,
        cwd="/",
    ) as child:

        def ask(verb: str, **arguments: Json) -> Json:
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                child.stdin.write(question(verb, arguments))
                child.stdin.flush()
                return read_answer(child.stdout.readline())
            except (BrokenPipeError, Garbled) as error:
                raise ControlError("The command was interrupted.") from error

        yield ask
