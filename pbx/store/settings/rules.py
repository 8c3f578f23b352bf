"""What must hold in the settings, whoever wrote them: a person with an editor, a command, the web page."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pbx.sentence import Sentence
from pbx.store.models import Account, Contact, Former, Group, Number, Office, Person, Phone, Trunk
from pbx.store.secret_forms import is_kept, is_sealed
from pbx.store.settings.hosts import host_port, is_address, is_host

T = TypeVar("T")

EXTENSION = re.compile(r"[0-9]{2,4}")
E164 = re.compile(r"\+[1-9][0-9]{1,14}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
USER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SIP_USER = re.compile(r"[A-Za-z0-9+_.!~*'()&=$,;?/%-]{1,128}")
TAIL = re.compile(r"[0-9*#]{1,20}")
TRUNK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
BACKUP_KEY = re.compile(r"[A-Za-z0-9+/=]{24}\.[A-Za-z0-9+/=]{100,300}")
PROVIDER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    table: str
    key: str
    field: str
    sentence: Sentence
    """What must be so; of whom and which field it is said is not in it."""


Found = Iterator[tuple[str, Sentence]]
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


def is_text(text: str, longest: int = 80) -> bool:
    """Whether it can be shown anywhere: visible, no control characters, not too long."""
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()


def _table(name: str, items: dict[str, T], key_of: Callable[[T], str], check: Callable[[T], Found]) -> Iterator[Fault]:
    for key, item in items.items():
        if key_of(item) != key:
            filed = Sentence("Is listed as “{key}” but called “{name}”.", key=key, name=key_of(item))
            yield Fault(name, key, "", filed)
        yield from (Fault(name, key, *found) for found in check(item))


def _office(office: Office) -> Found:
    if office.name:
        yield from _name(office.name)
    if not re.fullmatch(r"[A-Z]{2}", office.country):
        yield "country", Sentence("Must be two capital letters, such as DE.")
    if not re.fullmatch(r"[0-9]{0,6}", office.area_code):
        yield "area_code", Sentence("Must be digits only, such as 30.")
    if not re.fullmatch(r"[0-9]?", office.access_digit):
        yield "access_digit", Sentence("Must be a single digit, or empty.")
    if office.domain and not (is_host(office.domain) or is_address(office.domain, 6)):
        yield "domain", Sentence("Must be a host name or an IP address.")
    if office.number and not E164.fullmatch(office.number):
        yield "number", Sentence("Must be an international number such as +493012345.")
    yield from _within("dial_pause", office.dial_pause, 0, 30)
    yield from _within("digit_silence", office.digit_silence, 0.2, 30)
    yield from _within("media_timeout", office.media_timeout, 1, 86400)
    for field in ("keep_history_days", "keep_messages_days", "keep_done_tasks_days"):
        if not 0 <= getattr(office, field) <= 3650:
            yield field, Sentence("Must be between 1 and 3650 days, or 0 to keep everything.")
    for field in ("backup_folder", "backup_mount"):
        if (path := getattr(office, field)) and not (path.startswith("/") and is_text(path, 400)):
            yield field, Sentence("Must be a full path, like /media/stick.")
    if office.backup_folder and not (is_sealed(office.backup_key) or BACKUP_KEY.fullmatch(office.backup_key)):
        yield "backup_key", Sentence("Must be set by giving a password, never by hand.")


def _person(person: Person, office: Office) -> Found:
    yield from _extension(person.extension)
    yield from _name(person.name)
    yield from _within("ring_seconds", person.ring_seconds, 1, 600)
    if person.number and not E164.fullmatch(person.number):
        yield "number", Sentence("Must be an international number such as +493012345.")
    if person.number and any(o.number == person.number and o is not person for o in office.people.values()):
        yield "number", Sentence("{number} belongs to more than one person.", number=person.number)
    if person.pin and not person.pin.startswith("scrypt$"):
        yield "pin", Sentence("Can only be set with “durchwahl user set EXT --pin”, not by hand.")
    yield from _file("announcement", person.announcement)


def _phone(phone: Phone, office: Office) -> Found:
    if not USER_NAME.fullmatch(phone.username):
        yield "username", Sentence("Can contain only letters, digits, dots and dashes.")
    if phone.extension not in office.people:
        yield "extension", Sentence("Refers to extension {extension}, which nobody has.", extension=phone.extension)
    if not (is_kept(phone.password) or is_text(phone.password, 128)):
        yield "password", Sentence("Must not be empty or contain control characters.")
    if phone.label and not is_text(phone.label):
        yield "label", Sentence("Must be a short text without control characters.")


def _group(group: Group, office: Office) -> Found:
    yield from _extension(group.extension)
    yield from _name(group.name)
    yield from _within("ring_seconds", group.ring_seconds, 1, 3600)
    if group.extension in office.people:
        name = office.people[group.extension].name
        yield "extension", Sentence("{extension} already belongs to {name}.", extension=group.extension, name=name)
    if not group.members:
        yield "members", Sentence("Needs at least one person.")
    if len(set(group.members)) < len(group.members):
        yield "members", Sentence("Contains a person twice.")
    for member in group.members:
        if member not in office.people:
            yield "members", Sentence("Refers to extension {extension}, which nobody has.", extension=member)


def _former(former: Former, office: Office) -> Found:
    yield from _extension(former.extension)
    yield from _name(former.name)
    if former.extension in office.people or former.extension in office.groups:
        yield "extension", Sentence("Is in use again.")
    if former.to and former.to not in office.people and former.to not in office.groups:
        yield "to", Sentence("Refers to extension {extension}, which nobody has.", extension=former.to)
    yield from _within("until", former.until, 0, 1e11)


def _trunk(trunk: Trunk) -> Found:
    if not TRUNK_NAME.fullmatch(trunk.name):
        yield "name", Sentence("Can contain only letters, digits, spaces, dots and dashes, 40 at most.")
    if bool(trunk.peer) == bool(trunk.user or trunk.domain):
        yield "", Sentence("Needs either “peer”, or “user” and “domain”.")
    elif trunk.peer and host_port(trunk.peer) is None:
        yield "peer", Sentence("Must be a host name or address, with “:” and a port if needed.")
    elif not trunk.peer:
        if not SIP_USER.fullmatch(trunk.user):
            yield "user", Sentence("Must be the part of a SIP address before the @.")
        if host_port(trunk.domain) is None:
            yield "domain", Sentence("Must be the provider's domain.")
    if trunk.proxy and host_port(trunk.proxy) is None:
        yield "proxy", Sentence("Must be a host name or address, with “:” and a port if needed.")
    if trunk.auth_user and not is_text(trunk.auth_user, 128):
        yield "auth_user", Sentence("Must be text without control characters.")
    if trunk.password and not (is_sealed(trunk.password) or is_text(trunk.password, 256)):
        yield "password", Sentence("Must not contain control characters, or spaces at either end.")
    if trunk.provider and not PROVIDER.fullmatch(trunk.provider):
        yield "provider", Sentence("Must be the short name of a provider.")


def _number(number: Number, office: Office) -> Found:
    if not E164.fullmatch(number.e164):
        yield "e164", Sentence("Must be an international number such as +493012345.")
    if number.trunk not in office.trunks:
        yield "trunk", Sentence("Refers to line “{trunk}”, which does not exist.", trunk=number.trunk)
    if not number.to:
        yield "to", Sentence("Needs at least one extension.")
    if len(set(number.to)) < len(number.to):
        yield "to", Sentence("Contains an extension twice.")
    for extension in number.to:
        if extension not in office.people and extension not in office.groups:
            yield "to", Sentence("Refers to extension {extension}, which nobody has.", extension=extension)
    yield from _file("greeting", number.greeting)


_sound: Mapping[str, Contact] = {}
"""The last table of contacts that had no fault: what else is changed needs not look at thousands of them again."""


def _contacts(contacts: dict[str, Contact]) -> Iterator[Fault]:
    global _sound
    if contacts is _sound:
        return
    found = list(_table("contacts", contacts, lambda c: c.name, _contact))
    if not found:
        _sound = contacts
    yield from found


def _contact(contact: Contact) -> Found:
    yield from _name(contact.name)
    if not E164.fullmatch(contact.number):
        yield "number", Sentence("Must be an international number such as +493012345.")
    if contact.extension and not TAIL.fullmatch(contact.extension):
        yield "extension", Sentence("Can contain only digits, * and #.")


def _account(account: Account, office: Office) -> Found:
    yield from _name(account.name)
    if any(o.name.casefold() == account.name.casefold() and o is not account for o in office.accounts.values()):
        yield "name", Sentence("Differs from another login's name only in upper and lower case.")
    if account.password and not account.password.startswith("scrypt$"):
        yield "password", Sentence("Can only be set with “durchwahl account set NAME --password-file”, not by hand.")
    if account.role == "user" and not account.extension:
        yield "extension", Sentence("Must be somebody's extension; only admins can do without one.")
    if account.extension and account.extension not in office.people:
        yield "extension", Sentence("Refers to extension {extension}, which nobody has.", extension=account.extension)
    for extension in account.mailboxes:
        if extension not in office.people and extension not in office.groups:
            yield "mailboxes", Sentence("Refers to extension {extension}, which nobody has.", extension=extension)


def _extension(extension: str) -> Found:
    if not EXTENSION.fullmatch(extension):
        yield "extension", Sentence("Must be two to four digits.")


def _name(name: str) -> Found:
    if not is_text(name):
        yield "name", Sentence("Must have 1 to 80 characters, with no control characters and no spaces at either end.")


def _within(field: str, value: float, low: float, high: float) -> Found:
    if not low <= value <= high:
        yield field, Sentence("Must be between {low:g} and {high:g} seconds.", low=low, high=high)


def _file(field: str, name: str) -> Found:
    if name and not FILE_NAME.fullmatch(name):
        yield field, Sentence("Must be the name of a file in “greetings”, without a path.")
