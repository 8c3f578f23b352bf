"""What the value of a setting may be, whoever wrote it: a person with an editor, a command, the web page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pbx.sentence import Sentence
from pbx.store.hosts import is_address, is_host
from pbx.store.secret_forms import is_kept, is_sealed

EXTENSION = re.compile(r"[0-9]{2,4}")
E164 = re.compile(r"\+[1-9][0-9]{1,14}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BACKUP_KEY = re.compile(r"[A-Za-z0-9+/=]{24}\.[A-Za-z0-9+/=]{100,300}")


class Kind:
    """What values a field may have. By its class the page, the command line and the list of changes choose how."""

    written: str = "TEXT"
    """Stands for the value in the help of the command line."""

    def wrong(self, value: Any) -> Sentence | None:
        """What must be so; of which field is not in it. None if all is well."""
        return None


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """Words for people."""

    longest: int = 80

    def wrong(self, value: Any) -> Sentence | None:
        return None if is_text(value, self.longest) else Sentence("Must be a short text without control characters.")


class Name(Kind):
    """What somebody or something is called."""

    written = "NAME"

    def wrong(self, value: Any) -> Sentence | None:
        if is_text(value):
            return None
        return Sentence("Must have 1 to 80 characters, with no control characters and no spaces at either end.")


@dataclass(frozen=True, slots=True)
class Check(Kind):
    """Text that a function knows to be right."""

    is_right: Callable[[str], object]
    must: Sentence
    """What is said of what is not."""
    written: str = "TEXT"

    def wrong(self, value: Any) -> Sentence | None:
        return None if self.is_right(value) else self.must


class Extension(Kind):
    """Somebody's extension, or what shall be one."""

    written = "N"

    def wrong(self, value: Any) -> Sentence | None:
        return None if EXTENSION.fullmatch(value) else Sentence("Must be two to four digits.")


class Extensions(Kind):
    """Extensions, in their order; who has them, other rules say."""

    written = "EXT,EXT"


class Line(Kind):
    """The name of a line; whether there is one, other rules say."""

    written = "NAME"


class OutsideNumber(Kind):
    """A number outside or of the office, E.164; people write it as they like."""

    written = "NUMBER"

    def wrong(self, value: Any) -> Sentence | None:
        return None if E164.fullmatch(value) else Sentence("Must be an international number such as +493012345.")


@dataclass(frozen=True, slots=True)
class Switch(Kind):
    """Yes or no."""

    on: Sentence | None = None
    """What the list of changes says when it becomes so; None: that the field is on."""
    off: Sentence | None = None
    no: str = "no"
    """Before its name it makes the option that turns it off."""


@dataclass(frozen=True, slots=True)
class Seconds(Kind):
    """A time that is not long."""

    least: float
    most: float

    written = "SECONDS"

    def wrong(self, value: Any) -> Sentence | None:
        if self.least <= value <= self.most:
            return None
        return Sentence("Must be between {low:g} and {high:g} seconds.", low=self.least, high=self.most)


class Days(Kind):
    """For how long something is kept; 0: for ever."""

    written = "DAYS"

    def wrong(self, value: Any) -> Sentence | None:
        return None if 0 <= value <= 3650 else Sentence("Must be between 1 and 3650 days, or 0 to keep everything.")


class Moment(Kind):
    """Unix time; 0: none."""

    def wrong(self, value: Any) -> Sentence | None:
        return Seconds(0, 1e11).wrong(value)


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of a few values; the type says which (`shapes.fit`)."""

    labels: Mapping[str, str]
    """What people read for each value. Those that are a `Sentence` are translated."""


class Secret(Check):
    """What nobody may read: kept as a hash or sealed, in clear only before that."""


class Pin(Kind):
    """Digits only their owner knows, kept as a hash."""

    written = "PIN"

    def wrong(self, value: Any) -> Sentence | None:
        return None if is_hash(value) else by_command("durchwahl user set EXT --pin")


class Sound(Kind):
    """A sound file of the data folder's `greetings/`; as a command's argument a text, or a sound."""

    written = "FILE|TEXT"

    def wrong(self, value: Any) -> Sentence | None:
        if FILE_NAME.fullmatch(value):
            return None
        return Sentence("Must be the name of a file in “greetings”, without a path.")


def is_backup_key(text: str) -> bool:
    """Whether it is what the password of the nightly backup became."""
    return is_sealed(text) or _BACKUP_KEY.fullmatch(text) is not None


def by_command(command: str) -> Sentence:
    """What is said of a hash that is none."""
    return Sentence("Can only be set with “{command}”, not by hand.", command=command)


def is_hash(text: str) -> bool:
    """Whether it is kept as nobody can read it again."""
    return text.startswith("scrypt$")


def is_phone_password(text: str) -> bool:
    """Whether a phone's password is kept, or can be."""
    return is_kept(text) or is_text(text, 128)


def is_trunk_password(text: str) -> bool:
    """Whether a line's password is kept, or can be."""
    return is_sealed(text) or is_text(text, 256)


def is_text(text: str, longest: int = 80) -> bool:
    """Whether it can be shown anywhere: visible, no control characters, not too long."""
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()


def is_domain(text: str) -> bool:
    """Whether phones can register to it: a host name, or an address of either version."""
    return is_host(text) or is_address(text, 6)


def is_folder(text: str) -> bool:
    """Whether it can be a folder's whole path."""
    return text.startswith("/") and is_text(text, 400)
