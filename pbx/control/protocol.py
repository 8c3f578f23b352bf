"""What goes over the control socket: one JSON object a line, a question and its answer, or a stream of events."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pbx.sentence import Sentence, said

Json = Any
"""Any JSON value."""

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes; a recorded greeting of two minutes fits."""
PIECE = 4 * 1024 * 1024
"""Bytes of a large file that come in one line at most."""
GENTLE = 256 * 1024
"""Bytes that are handed over at once while people may be talking: reading a line of more takes a Pi too long."""

SOCKET = "control.sock"
"""The running exchange's, in the data folder."""

FOLLOW = "follow"
"""The verb that turns the connection into a stream of events."""


class Refused(Exception):
    """The command cannot be done; the text is the sentence for the person who gave it."""

    def __init__(
        self, sentence: str, code: int = 2, field: str = "", hint: str = "", template: dict[str, Json] | None = None
    ) -> None:
        super().__init__(sentence)
        self.code = code
        """Exit code of the command line: 2 for bad input, 1 when something else is in the way; 3 when somebody else
        changed the thing meanwhile, 4 when the one who asks may not."""
        self.field = field
        """Name of the command's argument that is to blame; empty: the whole."""
        self.hint = hint
        """Advice for the command line only."""
        self.said: Json = template or said(sentence)
        """The sentence as `pbx.sentence.said` has it, for those who read another language."""


class Garbled(ValueError):
    """A line that is not of this protocol."""


def question(verb: str, arguments: Mapping[str, Json], session: str | None = None) -> bytes:
    """The line that asks for a command.

    `session` is the token of the session it is asked in, "" for a visitor who has none; without it the one who asks
    may do everything, having been able to open the socket.
    """
    asker = {} if session is None else {"as": session}
    return _line({"do": verb, "with": dict(arguments), **asker})


def read_question(line: bytes) -> tuple[str, dict[str, Json], str | None]:
    """Verb, arguments and session of a question. Raises Garbled."""
    asked = _read(line)
    verb, arguments, session = asked.get("do"), asked.get("with", {}), asked.get("as")
    # A null session is not the same as none: a session that a page forgot to fill in must not make it root.
    is_known = not asked.keys() - {"do", "with", "as"} and ("as" not in asked or isinstance(session, str))
    if not isinstance(verb, str) or not isinstance(arguments, dict) or not is_known:
        raise Garbled('a request is {"do": VERB, "with": {...}, "as": SESSION}')
    return verb, arguments, session


def result(value: Json) -> bytes:
    """The line of an answer. Raises Refused if it is longer than a line may be: nobody would read its end."""
    line = _line({"result": value})
    if len(line) > LONGEST_LINE:
        sentence = Sentence(
            "The answer is {size} MB, but only {most} MB can be sent at once. Please ask for less.",
            size=-(-len(line) // 1024**2),
            most=LONGEST_LINE // 1024**2,
        )
        raise Refused(sentence, 1)
    return line


def refusal(error: Refused) -> bytes:
    """The line that says why there is no answer."""
    fields = {"error": str(error), "code": error.code, "field": error.field, "hint": error.hint, "said": error.said}
    return _line({name: value for name, value in fields.items() if value != ""})


def read_answer(line: bytes) -> Json:
    """The result in an answer. Raises Refused with what the other side said, or Garbled."""
    answer = _read(line)
    if "error" in answer:
        code, template = answer.get("code"), answer.get("said")
        raise Refused(
            str(answer["error"]),
            code if isinstance(code, int) else 1,
            str(answer.get("field", "")),
            str(answer.get("hint", "")),
            template if isinstance(template, dict) else None,
        )
    if "result" not in answer:
        raise Garbled("neither a result nor an error")
    return answer["result"]


def event(value: Mapping[str, Json]) -> bytes:
    """The line that tells a follower what happened."""
    return _line({"event": dict(value)})


def read_event(line: bytes) -> dict[str, Json]:
    """What happened. Raises Garbled."""
    happened = _read(line).get("event")
    if not isinstance(happened, dict):
        raise Garbled("no event")
    return happened


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """A name for the socket that fits the 107 bytes a Unix address has, however deep the folder is. Raises OSError."""
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def _line(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _read(line: bytes) -> dict[str, Json]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Garbled("this is not JSON") from error
    if not isinstance(value, dict):
        raise Garbled("this is not a JSON object")
    return value
