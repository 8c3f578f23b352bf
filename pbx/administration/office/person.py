"""Everything about one person on one page: what names them, what they have, and what does not fit together."""

from collections.abc import Iterator
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.office import people, phones
from pbx.administration.office.retired_extensions import current, extension_for
from pbx.control.protocol import Refused
from pbx.exchange.dialling.dialplan import dialable, distribution, reachable
from pbx.sentence import Sentence, said
from pbx.store.models import Office, Person

Shown = dict[str, Any]


def show(desk: Desk, person: str) -> Shown:
    """A person with phones, groups, numbers, account, and what does not fit together. Raises Refused."""
    office = current(desk.office)
    found = lookup.person(office, person, "person")
    if not (desk.actor.is_admin or desk.actor.owns(person)):
        raise Refused(Sentence("You can only see your own settings."), 4)
    account = next((each for each in office.accounts.values() if each.extension == person), None)
    return people.view(found, office) | {
        "phones": phones.listing(desk, person),
        "groups": [
            {"extension": key, "name": group.name, "place": group.members.index(person) + 1, "of": len(group.members)}
            for key, group in sorted(office.groups.items(), key=counted)
            if person in group.members
        ],
        "numbers": [key for key, number in sorted(office.numbers.items()) if person in distribution(number, office)],
        "calls_of": [key for key, former in sorted(office.former.items(), key=counted) if former.to == person],
        "own_numbers": own_numbers(office, found),
        "account": {"name": account.name, "role": account.role, "invited": not account.password} if account else None,
        "messages": len(desk.records.messages(person)),
        "tasks": len(desk.records.tasks(person, open_only=True)),
        "clashes": [said(clash) for clash in clashes(office, found)],
    }


def free(desk: Desk, extension: str | None = None, person: str | None = None) -> Shown:
    """A free `extension`, and what is `wrong` with a wanted one (None: `person` can have it)."""
    office = current(desk.office)
    offered = {"extension": extension_for(office, None)}
    if extension is None:
        return offered
    try:
        extension_for(office, extension, person)
    except Refused as refused:
        return offered | {"wrong": refused.said}
    return offered | {"wrong": None}


def own_numbers(office: Office, person: Person) -> list[str]:
    """The office's numbers that nobody else has: a person may have one of them as their own."""
    others = {each.number for each in office.people.values() if each != person}
    return sorted({*office.numbers, *filter(None, [person.number])} - others)


def clashes(office: Office, person: Person) -> Iterator[Sentence]:
    """What does not fit together about a person, in words."""
    extension, name = person.extension, person.name
    for other in sorted({*office.people, *office.groups, *office.former} - {extension}):
        if other.startswith(extension) or extension.startswith(other):
            long, short = max(other, extension, key=len), min(other, extension, key=len)
            yield Sentence(
                "Callers who dial {short} wait a moment because {long} starts with the same digits.",
                short=short,
                long=long,
            )
    if person.outbound_only:
        places = lookup.uses(office, extension)
        if places:
            yield Sentence(
                "{name} only makes outgoing calls, so the phone does not ring for {places}.", name=name, places=places
            )
    elif person.reachable and office.numbers:
        yield from _unreachable(office, person)
    if not office.phones_of(extension):
        yield Sentence("{name} has no phone yet, so nothing can ring.", name=name)


def _unreachable(office: Office, person: Person) -> Iterator[Sentence]:
    """Why callers from outside cannot dial an extension that should be reachable."""
    numbers = office.numbers.values()
    if not any(dialable(number, office) for number in numbers):
        yield Sentence("Callers cannot dial any extension because this is switched off for every number of the office.")
    elif not any(reachable(person.extension, number, office) for number in numbers):
        yield Sentence("Callers cannot dial {extension} because no number rings there.", extension=person.extension)
