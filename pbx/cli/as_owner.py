"""Root's commands on somebody else's folder while no exchange runs: a process of the folder's owner does them.

What the owner put into the folder, links too, gets none of root's rights; and new files there belong to the owner,
whose exchange can open them.
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
    """In here commands (verb, arguments by name) are done as this user and group, one after the other.

    The function it gives raises Refused, ControlError.
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
