"""On which line of a JSON text each value stands, so that a person finds what is wrong."""

import json
import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class DuplicateKey(ValueError):
    """One object has the same key twice; `json.loads` would silently take the last."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


def json_lines(text: str) -> dict[Path, int]:
    """Line (from 1) of each value of a JSON text that `json.loads` accepts; a member's line is its key's.

    Raises DuplicateKey.
    """
    lines: dict[Path, int] = {}
    tokens = _tokens(text)
    _walk(tokens, *next(tokens), (), lines)
    return lines


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line, last = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        yield match.group(), line


def _walk(tokens: Iterator[tuple[str, int]], token: str, line: int, path: Path, lines: dict[Path, int]) -> None:
    lines[path] = line
    if token == "{":
        while (member := next(tokens))[0] != "}":
            if member[0] == ",":
                continue
            key = json.loads(member[0])
            if (*path, key) in lines:
                raise DuplicateKey(key, member[1])
            next(tokens)  # the colon
            _walk(tokens, next(tokens)[0], member[1], (*path, key), lines)
    elif token == "[":
        position = 0
        while (element := next(tokens))[0] != "]":
            if element[0] == ",":
                continue
            _walk(tokens, *element, (*path, position), lines)
            position += 1
