"""Sentences for people that can be said in another language later: a constant template and what fills it."""

from collections.abc import Sequence
from typing import Any

Json = Any


class Sentence(str):
    """English text that knows its template and fields, so that a page may say it in the reader's language.

    A field may be a text, a number, a Sentence, or a list of texts or Sentences, which is read as “a, b and c”.
    """

    __slots__ = ("fields", "template")

    template: str
    fields: dict[str, Any]

    def __new__(cls, template: str, /, **fields: Any) -> "Sentence":
        filled = {name: listed(field) if isinstance(field, list | tuple) else field for name, field in fields.items()}
        return cls._made(template.format(**filled), template, fields)

    @classmethod
    def _made(cls, text: str, template: str, fields: dict[str, Any]) -> "Sentence":
        sentence = super().__new__(cls, text)
        sentence.template, sentence.fields = template, fields
        return sentence

    def inside(self) -> "Sentence":
        """The same for the middle of an English sentence: it begins with a small letter."""
        first = self[:1] if self[1:2].isupper() else self[:1].lower()  # SIP stays SIP
        return self._made(first + self[1:], self.template, self.fields)

    def then(self, more: str) -> "Sentence":
        """This and another one behind it; an empty one adds nothing."""
        return Sentence("{first} {second}", first=self, second=more) if more else self


class Wrong(ValueError):
    """Something that cannot be; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        """A Sentence, where it was made for people to read."""


def listed(words: Sequence[str]) -> str:
    """Words as an English sentence lists them: a, b and c."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def said(sentence: str) -> Json:
    """The sentence as JSON: {"say": TEMPLATE, "with": FIELDS}; a field is JSON, such an object, or a list of them."""
    if isinstance(sentence, Sentence):
        return {"say": sentence.template, "with": {name: _field(field) for name, field in sentence.fields.items()}}
    return {"say": "{text}", "with": {"text": str(sentence)}}


def english(said: Json) -> str:
    """What `said` made of a sentence, in its own language again."""
    if isinstance(said, list):
        return listed([english(each) for each in said])
    if isinstance(said, dict) and "say" in said:
        fields = {name: each if isinstance(each, int | float) else english(each) for name, each in said["with"].items()}
        return str(said["say"]).format(**fields)
    return str(said)


def retold(said: Json) -> Any:
    """The Sentence of which `said` made this; texts, numbers and lists in it as they were."""
    if isinstance(said, dict) and "say" in said:
        fields = {name: retold(each) for name, each in said["with"].items()}
        return Sentence._made(english(said), said["say"], fields)
    return [retold(each) for each in said] if isinstance(said, list) else said


def _field(field: Any) -> Json:
    if isinstance(field, list | tuple):
        return [_field(each) for each in field]
    if isinstance(field, Sentence):
        return said(field)
    return field if isinstance(field, int | float) else str(field)
