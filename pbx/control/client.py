"""Asking the running daemon over its control socket; plain sockets, for the command line and the web page."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pbx.control.protocol import (
    FOLLOW,
    LONGEST_LINE,
    Garbled,
    Json,
    Refused,
    question,
    read_answer,
    read_event,
    short_path,
)

__all__ = ["ControlError", "NotRunning", "Refused", "ask", "follow"]

_PIECE = 64 * 1024
"""Bytes that are read at once."""


class NotRunning(Exception):
    """No daemon listens on the socket."""


class ControlError(Exception):
    """The daemon is there but does not answer as it should; the text says what happened."""


def ask(path: Path, verb: str, arguments: dict[str, Json], timeout: float = 60.0, session: str | None = None) -> Json:
    """Let the daemon do a command and return its result.

    `session` is the token of the session that asks, "" for a visitor, None for whoever may open the socket.

    Raises NotRunning, ControlError, or Refused with the daemon's sentence.
    """
    end = time.monotonic() + timeout
    with _connected(path, timeout) as (connection, _):
        connection.sendall(question(verb, arguments, session))
        return read_answer(_answer(connection, end))


def follow(
    path: Path, timeout: float | None = None, begun: Callable[[], None] = lambda: None
) -> Iterator[dict[str, Json]]:
    """What happens from now on, event by event, until the daemon stops.

    `begun` is called once nothing is missed any more. Raises NotRunning, ControlError, Refused.
    """
    with _connected(path, timeout) as (connection, lines):
        connection.sendall(question(FOLLOW, {}))
        read_answer(_whole(lines.readline(LONGEST_LINE)))
        begun()
        while line := lines.readline(LONGEST_LINE):
            yield read_event(line)


@contextmanager
def _connected(path: Path, timeout: float | None) -> Iterator[tuple[socket.socket, BinaryIO]]:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        _connect(connection, path)
        with connection.makefile("rb") as lines:
            yield connection, lines
    except TimeoutError as error:
        raise ControlError(f"The exchange did not answer within {timeout:.0f} seconds.") from error
    except Garbled as error:
        raise ControlError(f"The exchange's answer could not be understood: {error}.") from error
    except OSError as error:
        raise ControlError(f"The connection to the exchange broke: {error.strerror or error}.") from error
    finally:
        connection.close()


def _connect(connection: socket.socket, path: Path) -> None:
    try:
        with short_path(path) as address:
            connection.connect(address)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as error:
        raise NotRunning(str(path)) from error
    except PermissionError as error:
        raise ControlError(f"{path}: only root and the user the exchange runs as have access.") from error


def _answer(connection: socket.socket, end: float) -> bytes:
    """The line that answers the one question, whole and in time: root asks too, and waits for nobody who trickles."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < LONGEST_LINE:
        connection.settimeout(max(end - time.monotonic(), 0.001))
        piece = connection.recv(_PIECE)
        if not piece:
            break
        line += piece
    return _whole(bytes(line))


def _whole(line: bytes) -> bytes:
    if not line.endswith(b"\n"):
        raise ControlError("The exchange stopped before it answered.")
    return line
