"""What must hold in the settings: of each field what `models` describes, and what fields have to do with each other."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pbx.sentence import Sentence
from pbx.store.fields import wrong_in
from pbx.store.hosts import host_port
from pbx.store.models import BACKUP_KEY, Account, Contact, Group, Number, Office, Person, Phone, RetiredExtension, Trunk

T = TypeVar("T")

SIP_USER = re.compile(r"[A-Za-z0-9+_.!~*'()&=$,;?/%-]{1,128}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    table: str
    key: str
    field: str
    sentence: Sentence
    """What must be so; of whom and which field it is said is not in it."""


Findings = Iterator[tuple[str, Sentence]]
"""Field and what is wrong with it."""


def faults(office: Office) -> Iterator[Fault]:
    """Everything in the settings that may not be so, in the order of the file."""
    yield from (Fault("office", "", *found) for found in _office(office))
    yield from _table("people", office.people, lambda p: p.extension, lambda p: _person(p, office))
    yield from _table("phones", office.phones, lambda p: p.username, lambda p: _phone(p, office))
    yield from _table("groups", office.groups, lambda g: g.extension, lambda g: _group(g, office))
    yield from _table("former", office.former, lambda f: f.extension, lambda f: _former(f, office))
    yield from _table("trunks", office.trunks, lambda t: t.name, _trunk)
    yield from _table("numbers", office.numbers, lambda n: n.e164, lambda n: _number(n, office))
    yield from _contacts(office.contacts)
    yield from _table("accounts", office.accounts, lambda a: a.name, lambda a: _account(a, office))


def _table(
    name: str, items: dict[str, T], key_of: Callable[[T], str], check: Callable[[T], Findings]
) -> Iterator[Fault]:
    for key, item in items.items():
        if key_of(item) != key:
            filed = Sentence("Is listed as “{key}” but called “{name}”.", key=key, name=key_of(item))
            yield Fault(name, key, "", filed)
        for found in wrong_in(item):
            yield Fault(name, key, *found)
        for found in check(item):
            yield Fault(name, key, *found)


def _office(office: Office) -> Findings:
    yield from wrong_in(office)
    if office.backup_folder and not office.backup_key:
        yield "backup_key", BACKUP_KEY.must


def _person(person: Person, office: Office) -> Findings:
    if person.number and any(o.number == person.number and o is not person for o in office.people.values()):
        yield "number", Sentence("{number} belongs to more than one person.", number=person.number)


def _phone(phone: Phone, office: Office) -> Findings:
    if phone.extension not in office.people:
        yield "extension", _nobody(phone.extension)


def _group(group: Group, office: Office) -> Findings:
    if group.extension in office.people:
        name = office.people[group.extension].name
        yield "extension", Sentence("{extension} already belongs to {name}.", extension=group.extension, name=name)
    if not group.members:
        yield "members", Sentence("Needs at least one person.")
    if len(set(group.members)) < len(group.members):
        yield "members", Sentence("Contains a person twice.")
    yield from (("members", _nobody(member)) for member in group.members if member not in office.people)


def _former(former: RetiredExtension, office: Office) -> Findings:
    if office.bearer(former.extension):
        yield "extension", Sentence("Is in use again.")
    if former.to and not office.bearer(former.to):
        yield "to", _nobody(former.to)


def _trunk(trunk: Trunk) -> Findings:
    if bool(trunk.peer) == bool(trunk.user or trunk.domain):
        yield "", Sentence("Needs either “peer”, or “user” and “domain”.")
    elif not trunk.peer:
        if not SIP_USER.fullmatch(trunk.user):
            yield "user", Sentence("Must be the part of a SIP address before the @.")
        if host_port(trunk.domain) is None:
            yield "domain", Sentence("Must be the provider's domain.")


def _number(number: Number, office: Office) -> Findings:
    if number.trunk not in office.trunks:
        yield "trunk", Sentence("Refers to line “{trunk}”, which does not exist.", trunk=number.trunk)
    if not number.to:
        yield "to", Sentence("Needs at least one extension.")
    if len(set(number.to)) < len(number.to):
        yield "to", Sentence("Contains an extension twice.")
    yield from (("to", _nobody(extension)) for extension in number.to if not office.bearer(extension))


_sound: Mapping[str, Contact] = {}
"""The last table of contacts that had no fault: what else is changed needs not look at thousands of them again."""


def _contacts(contacts: dict[str, Contact]) -> Iterator[Fault]:
    global _sound
    if contacts is _sound:
        return
    found = list(_table("contacts", contacts, lambda c: c.name, lambda c: iter(())))
    if not found:
        _sound = contacts
    yield from found


def _account(account: Account, office: Office) -> Findings:
    if any(o.name.casefold() == account.name.casefold() and o is not account for o in office.accounts.values()):
        yield "name", Sentence("Differs from another login's name only in its capital letters.")
    if account.role == "user" and not account.extension:
        yield "extension", Sentence("Must be somebody's extension; only admins can do without one.")
    if account.extension and account.extension not in office.people:
        yield "extension", _nobody(account.extension)
    yield from (("mailboxes", _nobody(each)) for each in account.mailboxes if not office.bearer(each))


def _nobody(extension: str) -> Sentence:
    return Sentence("Refers to extension {extension}, which nobody has.", extension=extension)
