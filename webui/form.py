"""Forms: fields with their kinds, typed reading of what was sent, errors at their fields, what was typed kept."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from pbx.control.client import Refused
from webui.views import Html, escaped
from webui.words import N_, Words

Kind = Literal["text", "password", "choice", "switch", "number", "list", "area", "file"]
Options = Sequence[str | tuple[str, str]]
"""Values of a choice, or values with their labels."""

CONFLICT = 3
"""The daemon's code for: somebody else changed it meanwhile."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. Its texts are marked by N_ and translated when they are shown."""

    name: str
    """As the daemon's command calls the argument, so that its refusal finds the field."""
    kind: Kind = "text"
    label: str = ""
    help: str = ""
    options: Options = ()
    """Of a choice or a list; those that are data are handed to `Request.form` and are not translated."""
    required: bool = False
    autocomplete: str = ""
    inputmode: str = ""
    unit: str = ""
    """Shown behind the field: seconds, days."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form. Its name comes from outside: to show it, never to store it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FormBody:
    """What a form sent: values by name, in order, and files."""

    values: Mapping[str, Sequence[str]]
    files: Mapping[str, Upload]


@dataclass(slots=True)
class Form:
    """A form that is shown, or that was sent."""

    fields: Sequence[Field]
    words: Words
    ask: Callable[..., Any]
    """Asks the daemon: ask(verb, **arguments)."""
    render: Callable[["Form", Field], Html]
    posted: FormBody | None = None
    """None when the form is only shown."""
    options: Mapping[str, Options] = field(default_factory=dict)
    """Choices that are data, by field."""
    values: dict[str, Any] = field(default_factory=dict)
    """Typed, of what was sent or is shown: str, bool, int or float or None, list[str], Upload or None."""
    typed: dict[str, str] = field(default_factory=dict)
    """As it was typed, of fields whose value could not be read."""
    errors: dict[str, str] = field(default_factory=dict)
    """What is wrong, by field."""
    error: str = ""
    """What is wrong with the whole."""
    status: int = 200
    """Of the page that shows it."""
    result: Any = None
    """The daemon's answer."""
    theirs: dict[str, str] = field(default_factory=dict)
    """After a conflict: what is saved now, where it differs from what was typed."""
    seen: str = ""
    """Version of what is shown."""

    def __post_init__(self) -> None:
        if self.posted is not None:
            self.seen = _last(self.posted, "seen")
            for each in self.fields:
                self._read(each, self.posted)

    def fill(self, values: Mapping[str, Any]) -> Self:
        """Show these where nothing was sent; after a conflict they are what the other has saved."""
        for each in self.fields:
            if self._was_sent(each.name):
                if self.status == 409 and self.values.get(each.name) != values.get(each.name):
                    self.theirs[each.name] = self._printed(values.get(each.name))
            else:
                self.values[each.name] = values.get(each.name)
        if self.posted is None or self.status == 409:
            self.seen = str(values.get("version") or "")
        return self

    def sent(self, verb: str, **fixed: Any) -> bool:
        """Let the daemon do it with what was typed (files left out) and `fixed`; whether it did.

        If not, the errors are at their fields and `status` is 422, or 409 after a conflict.
        """
        if self.errors or self.error:
            return self._refused(422)
        arguments = {
            each.name: self.values[each.name]
            for each in self.fields
            if each.kind != "file" and self._says_something(each)
        }
        if self.seen:
            arguments["seen"] = self.seen
        try:
            self.result = self.ask(verb, **(arguments | fixed))
        except Refused as refusal:
            self.refuse(refusal)
            return False
        return True

    def refuse(self, refusal: Refused) -> None:
        """Put a refusal where it belongs: at its field, or above the form."""
        name = refusal.field
        sentence = self.words.sentence(refusal.said)
        if any(each.name == name for each in self.fields):
            self.errors[name] = sentence
        else:
            self.error = sentence
        self._refused(409 if refusal.code == CONFLICT else 422)

    def field(self, name: str) -> Html:
        """One field as HTML. Raises KeyError."""
        return self.render(self, self[name])

    def __getitem__(self, name: str) -> Field:
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)

    @property
    def hidden(self) -> Html:
        """The version of what is shown, so that two who change it notice."""
        return Html(f'<input type="hidden" name="seen" value="{escaped(self.seen)}">' if self.seen else "")

    # --- for views/field.tpl --------------------------------------------------------------------------------------

    def shown(self, name: str) -> str:
        """What stands in a field."""
        if name in self.typed:
            return self.typed[name]
        return self._printed(self.values.get(name))

    def listed(self, name: str) -> list[str]:
        """What stands in a list."""
        return [str(each) for each in self.values.get(name) or ()]

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Values and labels of a choice."""
        if name in self.options:
            return list(_pairs(self.options[name]))
        return [(value, self.words.say(label)) for value, label in _pairs(self[name].options)]

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self, each: Field, posted: FormBody) -> None:
        if each.kind == "file":
            self.values[each.name] = posted.files.get(each.name)
        elif each.name in posted.values:
            self.values[each.name] = self._value(each, list(posted.values[each.name]))
        if each.required and each.name not in self.errors and self.values.get(each.name) in (None, "", []):
            self.errors[each.name] = self.words.say(N_("This field is required."))

    def _value(self, each: Field, sent: list[str]) -> Any:
        last = sent[-1]
        match each.kind:
            case "switch":
                return last == "1"
            case "list":
                return [text.strip() for text in sent if text.strip()]
            case "number":
                return self._number(each.name, last.strip())
            case "choice":
                if last not in {value for value, _ in self.choices(each.name)}:
                    self.errors[each.name] = self.words.say(N_("Please choose one of the options."))
                return last
            case "area":
                return last.replace("\r\n", "\n").strip()
            case "password":
                return last
            case _:
                return last.strip()

    def _number(self, name: str, text: str) -> int | float | None:
        if not text:
            return None
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            number = math.nan
        if not text.isascii() or not math.isfinite(number) or abs(number) > 1e12 or "_" in text:
            self.typed[name] = text
            self.errors[name] = self.words.say(N_("Please enter a number."))
            return None
        return int(number) if number.is_integer() else number

    def _says_something(self, each: Field) -> bool:
        """Whether a value goes to the daemon: an empty password or number leaves things as they are."""
        if not self._was_sent(each.name):
            return False
        return not (each.kind in ("password", "number") and self.values[each.name] in (None, ""))

    def _was_sent(self, name: str) -> bool:
        return self.posted is not None and name in self.posted.values

    def _printed(self, value: Any) -> str:
        if value is None or isinstance(value, Upload):
            return ""
        if isinstance(value, bool):
            return self.words.say(N_("on")) if value else self.words.say(N_("off"))
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else str(value)
        if isinstance(value, list | tuple):
            return ", ".join(str(each) for each in value)
        return str(value)

    def _refused(self, status: int) -> bool:
        self.status = status
        return False


def _last(posted: FormBody, name: str) -> str:
    return (posted.values.get(name) or [""])[-1]


def _pairs(options: Options) -> Iterable[tuple[str, str]]:
    for each in options:
        yield (each, each) if isinstance(each, str) else each
