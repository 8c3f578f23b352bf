"""The command line's words: what `durchwahl` understands, and the help it gives. A module has some nouns of a kind."""

import argparse
from collections.abc import Sequence
from functools import cache
from typing import Any

from pbx.cli.arguments import calls, lines_and_contacts, office, people, phones, programs, records
from pbx.cli.arguments.declaring import BadArguments, Branch, OneSentence, Parser
from pbx.cli.arguments.value_kinds import folder

__all__ = ["BadArguments", "given", "parse", "parser"]


@cache
def parser() -> Parser:
    """All of `durchwahl`, made once. Parsing raises BadArguments."""
    shared = OneSentence(add_help=False)
    shared.add_argument("--data", type=folder, metavar="DIR", default=argparse.SUPPRESS, help="the data folder")
    shared.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    top = OneSentence(
        prog="durchwahl",
        description="A telephone exchange (SIP) for a small office.",
        epilog="The data folder is the one given with --data; otherwise $DURCHWAHL_DATA; otherwise ./data if it belongs"
        " to you and has settings; otherwise /var/lib/durchwahl if it exists; otherwise ./data. Exit code 2: the"
        " request was refused and nothing has changed; exit code 1: something else went wrong.",
        parents=[shared],
    )
    commands = Branch(top, shared, "command")
    # In the order of the help.
    for kind in (programs, people, phones, lines_and_contacts, calls, records, office):
        kind.declare(commands)
    return top


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command in the words. Raises BadArguments; SystemExit after help was asked for."""
    return parser().parse_args(words, argparse.Namespace(data=None, json=False))


def given(options: argparse.Namespace, leave_out: Sequence[str]) -> dict[str, Any]:
    """The options that were given, as arguments of the command."""
    return {name: value for name, value in vars(options).items() if value is not None and name not in leave_out}
