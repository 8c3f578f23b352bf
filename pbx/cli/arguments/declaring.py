"""How a command is declared: nouns with verbs below them, options that several have, and complaints in one sentence."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

Parser = argparse.ArgumentParser


class BadArguments(Exception):
    """What was typed is no command; the text is the sentence."""


class OneSentence(Parser):
    """A parser that complains in one sentence instead of a page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_abbrev": False})
        self._declare: Callable[[], None] = lambda: None

    def error(self, message: str) -> NoReturn:
        raise BadArguments(f"{message[:1].upper()}{message[1:]}. See “{self.prog} --help”.")

    def later(self, declare: Callable[[], None]) -> None:
        """`declare` declares the verbs, once they are needed: argparse takes its time for all ninety commands."""
        self._declare = declare

    def whole(self) -> "OneSentence":
        """This command with all that is below it."""
        declare, self._declare = self._declare, lambda: None
        declare()
        return self

    def parse_known_args(self, *words: Any, **more: Any) -> Any:
        """As always. Printing the help also happens in here."""
        return super(OneSentence, self.whole()).parse_known_args(*words, **more)


class Branch:
    """Commands below a command, all with --data and --json."""

    def __init__(self, above: Parser, shared: OneSentence, noun: str) -> None:
        self._shared = shared
        self._below = above.add_subparsers(dest=noun, metavar=noun.upper(), required=True, parser_class=OneSentence)

    def command(self, name: str, help: str, description: str = "") -> Parser:
        """One more command."""
        return self._add(name, help, description)

    def noun(self, name: str, help: str, declare: Callable[["Branch"], None]) -> None:
        """One more noun, with verbs of its own that `declare` declares."""
        noun = self._add(name, help)
        noun.later(lambda: declare(Branch(noun, self._shared, "verb")))

    def _add(self, name: str, help: str, description: str = "") -> OneSentence:
        text = f"{help[:1].upper()}{help[1:]}. {description}".strip()
        return self._below.add_parser(name, help=help, description=text, parents=[self._shared])


def switch(parser: Parser, name: str, help: str, off: str = "") -> None:
    """Two options, of which one says yes and the other no."""
    chosen = parser.add_mutually_exclusive_group()
    dest = name.replace("-", "_")
    chosen.add_argument(f"--{name}", dest=dest, action="store_const", const=True, default=None, help=help)
    chosen.add_argument(f"--{off or f'no-{name}'}", dest=dest, action="store_const", const=False)


def password_file(parser: Parser, required: bool = False) -> None:
    """Passwords never stand on the command line, where every user of the machine could read them."""
    parser.add_argument(
        "--password-file",
        type=Path,
        required=required,
        metavar="FILE",
        help="file whose only line is the password; - reads standard input",
    )
