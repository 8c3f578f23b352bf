"""Finding what a command names, or refusing with a sentence that helps."""

from collections.abc import Iterable
from difflib import get_close_matches

from pbx.alphabet import place
from pbx.control.protocol import Refused
from pbx.exchange.dialling.numbers import BadNumber, to_e164
from pbx.sentence import Sentence
from pbx.store.models import Group, Number, Office, Person, Trunk


def person(office: Office, extension: str, field: str = "extension") -> Person:
    """The person with the extension, which was given as the argument `field`. Raises Refused."""
    found = office.people.get(extension)
    if found is not None:
        return found
    if extension in office.groups:
        name = office.groups[extension].name
        sentence = Sentence("{extension} is the group {name}, not a person.", extension=extension, name=name)
        raise Refused(sentence, field=field)
    raise _nobody(extension, field, office.people)


def group(office: Office, extension: str, field: str = "group") -> Group:
    """The group with the extension. Raises Refused."""
    found = office.groups.get(extension)
    if found is not None:
        return found
    if extension in office.people:
        name = office.people[extension].name
        sentence = Sentence("{extension} belongs to {name} and is not a group.", extension=extension, name=name)
        raise Refused(sentence, field=field)
    sentence = Sentence("There is no group with extension {extension}.", extension=shown(extension))
    raise Refused(sentence, field=field, hint=_instead(office.groups))


def person_or_group(office: Office, extension: str, field: str = "extension") -> Person | Group:
    """The person or group with the extension. Raises Refused."""
    found = office.bearer(extension)
    if found is None:
        raise _nobody(extension, field, [*office.people, *office.groups])
    return found


def _nobody(extension: str, field: str, those: Iterable[str]) -> Refused:
    sentence = Sentence("Nobody has extension {extension}.", extension=shown(extension))
    return Refused(sentence, field=field, hint=_instead(those))


def trunk(office: Office, name: str, field: str = "trunk") -> Trunk:
    """The trunk of that name. Raises Refused."""
    found = office.trunks.get(name)
    if found is None:
        close = get_close_matches(name, office.trunks, 1)
        hint = f"Did you mean {close[0]}?" if close else _instead(office.trunks)
        raise Refused(Sentence("There is no line called {name}.", name=shown(name)), field=field, hint=hint)
    return found


def number(office: Office, text: str, field: str = "number") -> Number:
    """The office's number, however it is written. Raises Refused."""
    found = office.numbers.get(text) or office.numbers.get(e164(text, office, field))
    if found is None:
        sentence = Sentence("{number} is not one of the office's numbers.", number=shown(text))
        raise Refused(sentence, field=field, hint=_instead(office.numbers))
    return found


def e164(text: str, office: Office, field: str = "number") -> str:
    """A number as people write it, in E.164. Raises Refused."""
    try:
        return to_e164(text, office)
    except BadNumber as error:
        raise Refused(error.sentence, field=field) from error


def uses(office: Office, extension: str) -> list[Sentence]:
    """What names an extension, in words: groups, numbers, and extensions of people who left."""
    groups = [
        Sentence("the group {name} ({extension})", name=found.name, extension=key)
        for key, found in office.groups.items()
        if extension in found.members
    ]
    numbers = [
        Sentence("the number {number}", number=key) for key, found in office.numbers.items() if extension in found.to
    ]
    calls = [
        Sentence("the calls to {extension}, {name}'s former extension", extension=key, name=former.name)
        for key, former in office.former.items()
        if former.to == extension
    ]
    return [*groups, *numbers, *calls]


def check_unused(office: Office, bearer: Person | Group) -> None:
    """Raises Refused while something names the extension of the person or group."""
    if places := uses(office, bearer.extension):
        raise Refused(
            Sentence(
                "{name} ({extension}) is still needed for {places}.",
                name=bearer.name,
                extension=bearer.extension,
                places=places,
            )
        )


def shown(text: str) -> Sentence:
    """What somebody typed, in quotes and harmless."""
    return Sentence("“{text}”", text="".join(char if char.isprintable() else "?" for char in text[:60]))


def _instead(keys: Iterable[str]) -> str:
    """For the command line: what there is."""
    found = sorted(keys, key=place)
    if not found:
        return "There is none yet."
    return f"What there is: {', '.join(found)}." if len(found) <= 8 else ""
