"""Finding what a command names, or refusing with a sentence that helps."""

from collections.abc import Iterable
from difflib import get_close_matches

from pbx.control.protocol import Refused
from pbx.exchange.numbers import BadNumber, to_e164
from pbx.store.models import Group, Number, Office, Person, Trunk


def person(office: Office, extension: str) -> Person:
    """The person with the extension. Raises Refused."""
    found = office.people.get(extension)
    if found is None:
        if extension in office.groups:
            raise Refused(f"{extension} is the group {office.groups[extension].name}, not a person.")
        raise Refused(f"Nobody has the extension {shown(extension)}.{_instead(office.people)}")
    return found


def group(office: Office, extension: str) -> Group:
    """The group with the extension. Raises Refused."""
    found = office.groups.get(extension)
    if found is None:
        if extension in office.people:
            raise Refused(f"{extension} is {office.people[extension].name}'s, not a group's.")
        raise Refused(f"No group has the extension {shown(extension)}.{_instead(office.groups)}")
    return found


def person_or_group(office: Office, extension: str) -> Person | Group:
    """Whoever has the extension. Raises Refused."""
    found = office.people.get(extension) or office.groups.get(extension)
    if found is None:
        raise Refused(f"Nobody has the extension {shown(extension)}.{_instead([*office.people, *office.groups])}")
    return found


def trunk(office: Office, name: str) -> Trunk:
    """The trunk of that name. Raises Refused."""
    found = office.trunks.get(name)
    if found is None:
        close = get_close_matches(name, office.trunks, 1)
        meant = f" Did you mean {close[0]}?" if close else _instead(office.trunks)
        raise Refused(f"There is no trunk {shown(name)}.{meant}")
    return found


def number(office: Office, text: str) -> Number:
    """The office's number, however it is written. Raises Refused."""
    found = office.numbers.get(text) or office.numbers.get(e164(text, office))
    if found is None:
        raise Refused(f"{shown(text)} is none of the office's numbers.{_instead(office.numbers)}")
    return found


def e164(text: str, office: Office) -> str:
    """A number as people write it, in E.164. Raises Refused."""
    try:
        return to_e164(text, office)
    except BadNumber as error:
        raise Refused(str(error)) from error


def uses(office: Office, extension: str) -> list[str]:
    """The groups and numbers that name an extension, in words."""
    groups = [f"the group {found.name} ({key})" for key, found in office.groups.items() if extension in found.members]
    return groups + [f"the number {key}" for key, found in office.numbers.items() if extension in found.to]


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them: a, b and c."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def shown(text: str) -> str:
    """What somebody typed, in quotes and harmless."""
    return "“" + "".join(char if char.isprintable() else "?" for char in text[:60]) + "”"


def _instead(keys: Iterable[str]) -> str:
    found = sorted(keys)
    if not found:
        return " There is none yet."
    return f" What there is: {', '.join(found)}." if len(found) <= 8 else ""
