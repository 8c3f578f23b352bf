"""The demo office's settings: made once in its data folder, found there again later."""

import secrets
from dataclasses import dataclass, replace

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk
from pbx.control.protocol import Refused
from pbx.store.models import Language, Phone

TRUNK = "demo"
NUMBER = "+493055500"
PEOPLE = ("Anna Berger", "Ben Okafor", "Clara Vogel")
GROUP: dict[Language, str] = {"de": "Verkauf", "en": "Sales"}
OWN = "own"
"""Label of the account for a real phone."""


class NotTheDemo(Exception):
    """The data folder belongs to another office."""


@dataclass(frozen=True, slots=True)
class DemoOffice:
    """Who and what is there."""

    extensions: tuple[str, str, str]
    """Anna's, Ben's and Clara's."""
    group: str
    accounts: tuple[Phone, Phone, Phone]
    """Of their desk phones."""
    own: Phone
    """The account for a real phone; Clara's too."""
    pin: str = ""
    """Of Clara's voicemail; a new one each time, because only its hash is kept."""


def furnish(desk: Desk, spoken: Language, provider: tuple[str, int]) -> DemoOffice:
    """Make the demo office, or find it as it was left. Raises NotTheDemo, Refused."""
    peer = f"{provider[0]}:{provider[1]}"
    office = desk.office
    if TRUNK in office.trunks:
        perform(desk, "trunk set", {"trunk": TRUNK, "peer": peer})
    elif office.people or office.trunks:
        raise NotTheDemo
    else:
        _make(desk, spoken, peer)
    demo_office = _found(desk)
    return replace(demo_office, pin=_new_pin(desk, demo_office.extensions[2]))


def admit(desk: Desk, spoken: Language, demo_office: DemoOffice) -> list[tuple[str, str, str]]:
    """Let Anna as admin and Clara as a colleague use the web page: name, account and a new password of each."""
    anna, _, clara = demo_office.extensions
    return [_admitted(desk, spoken, anna, "admin"), _admitted(desk, spoken, clara, "user")]


def _admitted(desk: Desk, spoken: Language, extension: str, role: str) -> tuple[str, str, str]:
    person = desk.office.people[extension].name
    account = person.partition(" ")[0].lower()
    # As long as it is typed by hand from a terminal: no signs that look alike.
    password = "-".join("".join(secrets.choice("abcdefghkmnpqrstuvwxyz2345679") for _ in range(4)) for _ in range(3))
    if account in desk.office.accounts:
        perform(desk, "account set", {"account": account, "password": password})
    else:
        given = {"name": account, "password": password, "role": role, "extension": extension, "language": spoken}
        perform(desk, "account add", given)
    return person, account, password


def _new_pin(desk: Desk, extension: str) -> str:
    while True:
        pin = f"{secrets.randbelow(10_000):04}"
        try:
            perform(desk, "user set", {"person": extension, "pin": pin})
        except Refused:  # too easy to guess
            continue
        return pin


def _make(desk: Desk, spoken: Language, peer: str) -> None:
    perform(desk, "office set", {"country": "DE", "area_code": "30", "language": spoken})
    people = [perform(desk, "user add", {"name": name, "language": spoken, "ring": 8.0}) for name in PEOPLE]
    extensions = [str(person["extension"]) for person in people]
    for extension in extensions:
        perform(desk, "phone add", {"extension": extension})
    perform(desk, "phone add", {"extension": extensions[2], "name": OWN})
    perform(desk, "group add", {"name": GROUP[spoken], "members": extensions[:2]})
    perform(desk, "trunk add", {"name": TRUNK, "peer": peer})
    perform(desk, "number add", {"number": NUMBER, "trunk": TRUNK, "to": [extensions[0]]})


def _found(desk: Desk) -> DemoOffice:
    office = desk.office
    by_name = {person.name: extension for extension, person in office.people.items()}
    try:
        anna, ben, clara = (by_name[name] for name in PEOPLE)
        group = next(iter(office.groups))
        desks = [next(phone for phone in office.phones_of(each) if phone.label != OWN) for each in (anna, ben, clara)]
        own = next(phone for phone in office.phones_of(clara) if phone.label == OWN)
    except (KeyError, StopIteration):
        raise NotTheDemo from None
    first, second, third, own = (_opened(desk, phone) for phone in (*desks, own))
    return DemoOffice((anna, ben, clara), group, (first, second, third), own)


def _opened(desk: Desk, phone: Phone) -> Phone:
    """With the password that it registers with."""
    return replace(phone, password=desk.folder.vault.password_of(phone) or "")
