"""Somebody leaves: where their extension, number, places, messages and tasks go; all of it, or nothing."""

import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.versions import check_seen
from pbx.administration.office.people import without_bearer
from pbx.administration.office.retired_extensions import current
from pbx.control.protocol import Refused
from pbx.sentence import Sentence, said
from pbx.store.models import Group, Number, Office, Person, RetiredExtension
from pbx.store.records.records import Records
from pbx.store.settings.settings import with_items

Shown = dict[str, Any]

DELETE = "delete"
"""Instead of an extension: the messages are deleted."""
LONGEST = 3650
"""The most days for which an extension stays reserved."""


def leave(
    desk: Desk,
    person: str,
    extension_to: str = "",
    keep_days: int = 0,
    number_to: str = "",
    place_to: str = "",
    messages_to: str | None = None,
    tasks_to: str = "",
    dry: bool = False,
    seen: str | None = None,
) -> Shown:
    """Remove a person with phones and account, and hand over what stays to colleagues: each an extension or "".

    `extension_to` takes the calls, or nobody gets the extension for `keep_days`; `number_to` gets the personal
    number, `place_to` the places in groups and distributions, `tasks_to` ("": the office) the open tasks,
    `messages_to` ("delete": nobody) the messages, which the asker must be allowed to hear.
    `dry` only tells in `words` what would happen. Raises Refused.
    """
    office = current(desk.office)
    leaver = lookup.person(office, person, "person")
    check_seen(desk, leaver, seen)
    listeners = "" if messages_to == DELETE else messages_to or ""
    heirs = {"extension_to": extension_to, "number_to": number_to, "place_to": place_to, "tasks_to": tasks_to}
    for field_name, heir in (heirs | {"messages_to": listeners}).items():
        _check_heir(office, leaver, heir, field_name)
    farewell = _Farewell(office, leaver)
    farewell.log_off()
    farewell.give_calls(extension_to, keep_days)
    farewell.give_number(number_to)
    farewell.give_places(place_to, number_to)
    mailbox = _check_messages(desk, leaver, messages_to)
    farewell.tell_records(desk.records, mailbox, tasks_to)
    desk.check(farewell.office)
    if not dry:
        desk.save_left(farewell.office, person, tasks_to, mailbox)
        for account in office.accounts.keys() - farewell.office.accounts.keys():
            desk.records.sessions.close_all(account)
        desk.changed("tasks")
        desk.changed("messages")
    return {"name": leaver.name, "extension": person, "words": [said(words) for words in farewell.words]}


@dataclass(slots=True)
class _Farewell:
    """The office as it will be, and in words what that means."""

    office: Office
    leaver: Person
    words: list[Sentence] = field(default_factory=list)

    def log_off(self) -> None:
        """Remove the person, their phones and their account."""
        phones = [phone.label or phone.username for phone in self.office.phones_of(self.leaver.extension)]
        before, self.office = self.office, without_bearer(self.office, self.leaver)
        if phones:
            self._tell(Sentence("These phones are disconnected: {phones}.", phones=phones))
        for name in before.accounts.keys() - self.office.accounts.keys():
            self._tell(Sentence("The login “{name}” is removed and logged out everywhere.", name=name))

    def give_calls(self, to: str, days: int) -> None:
        """Calls to the extension, and to those of earlier leavers that lead to it."""
        extension, name = self.leaver.extension, self.leaver.name
        if to and days:
            raise Refused(
                Sentence("Choose either who takes the calls or how long the extension is reserved, not both."),
                field="keep_days",
            )
        if not 0 <= days <= LONGEST:
            raise Refused(
                Sentence("An extension can be reserved for 1 to {most} days.", most=LONGEST), field="keep_days"
            )
        inherited = [each for each in self.office.former.values() if each.to == extension]
        self.office = with_items(self.office, *(dataclasses.replace(each, to=to) for each in inherited))
        if to:
            self.office = with_items(self.office, RetiredExtension(extension, name, to))
        elif days:
            self.office = with_items(self.office, RetiredExtension(extension, name, until=time.time() + days * 86400.0))
        for key in (extension, *(each.extension for each in inherited)):
            if to:
                self._tell(Sentence("Calls to {extension} go to {taker}.", extension=key, taker=self._called(to)))
            elif key != extension or days:
                self._tell(Sentence("Nobody can be reached on {extension} any more.", extension=key))
        if to:
            self._tell(Sentence("{extension} stays reserved until you release it.", extension=extension))
        elif days == 1:
            self._tell(Sentence("{extension} stays reserved for one day.", extension=extension))
        elif days:
            self._tell(Sentence("{extension} stays reserved for {days} days.", extension=extension, days=days))
        else:
            self._tell(Sentence("{extension} is available to others at once.", extension=extension))

    def give_number(self, to: str) -> None:
        """The personal number."""
        number = self.leaver.number
        if not number:
            return
        if not to:
            self._tell(Sentence("{number} is no longer anybody's personal number.", number=number))
            return
        heir = lookup.person(self.office, to, "number_to")
        if heir.number:
            raise Refused(
                Sentence("{name} already has a number: {number}.", name=heir.name, number=heir.number),
                field="number_to",
            )
        self.office = with_items(self.office, dataclasses.replace(heir, number=number))
        self._tell(Sentence("{number} becomes the personal number of {taker}.", number=number, taker=self._called(to)))

    def give_places(self, to: str, number_to: str) -> None:
        """The places in groups and in the distributions of numbers; none of them may end up empty."""
        if to:
            lookup.person(self.office, to, "place_to")
        changed: list[Group | Number] = []
        empty: list[Sentence] = []
        places: list[Group | Number] = [*self.office.groups.values(), *self.office.numbers.values()]
        for place in places:
            own = isinstance(place, Number) and place.e164 == self.leaver.number
            taker = (number_to if own else "") or to
            after = _without(place, self.leaver.extension, taker)
            if after == place:
                continue
            changed.append(after)
            if not (after.members if isinstance(after, Group) else after.to):
                empty.append(_named(place))
            elif taker:
                self._tell(
                    Sentence("{taker} takes over calls to {place}.", taker=self._called(taker), place=_named(place))
                )
            else:
                self._tell(Sentence("Nobody takes over calls to {place}.", place=_named(place)))
        if empty:
            raise Refused(
                Sentence("Nobody would be left to take calls to {places}: please choose who takes over.", places=empty),
                field="place_to",
            )
        self.office = with_items(self.office, *changed)

    def tell_records(self, records: Records, messages_to: str | None, tasks_to: str) -> None:
        """Say what becomes of the messages and tasks."""
        messages = len(records.messages(self.leaver.extension))
        if messages and messages_to is None:
            self._tell(Sentence("Voicemail messages that are permanently deleted: {count}.", count=messages))
        elif messages:
            taker = self._called(messages_to or "")
            self._tell(Sentence("Voicemail messages that go to {taker}: {count}.", taker=taker, count=messages))
        tasks = len(records.tasks(self.leaver.extension, open_only=True))
        if tasks and tasks_to:
            self._tell(Sentence("Open tasks that go to {taker}: {count}.", taker=self._called(tasks_to), count=tasks))
        elif tasks:
            self._tell(Sentence("Open tasks that go to the office: {count}.", count=tasks))

    def _tell(self, words: Sentence) -> None:
        self.words.append(words)

    def _called(self, extension: str) -> Sentence:
        found = self.office.people.get(extension) or self.office.groups[extension]
        return Sentence("{name} ({extension})", name=found.name, extension=extension)


def _check_heir(office: Office, leaver: Person, heir: str, field: str) -> None:
    """Raises Refused unless somebody else has that extension."""
    if heir == leaver.extension:
        raise Refused(Sentence("{name} is leaving: please choose somebody else.", name=leaver.name), field=field)
    if heir:
        lookup.person_or_group(office, heir, field)


def _check_messages(desk: Desk, leaver: Person, to: str | None) -> str | None:
    """Whose mailbox the messages go to; None when they are deleted. Raises Refused."""
    if not desk.records.messages(leaver.extension) or to == DELETE:
        return None
    if not to:
        raise Refused(
            Sentence("{name} has voicemail messages: choose who gets them, or delete them.", name=leaver.name),
            field="messages_to",
        )
    if not desk.actor.may_hear(desk.office, leaver.extension):
        raise Refused(
            Sentence(
                "You are not allowed to hear {name}'s messages, so you cannot pass them on. Delete them, or give"
                " yourself the right to hear them under “Logins” first.",
                name=leaver.name,
            ),
            field="messages_to",
        )
    return to


def _without(place: Group | Number, extension: str, taker: str) -> Group | Number:
    """The group or number with `taker` in place of the extension, or with nobody if that is "" or already in it."""
    if isinstance(place, Group):
        return dataclasses.replace(place, members=_replaced(place.members, extension, taker))
    return dataclasses.replace(place, to=_replaced(place.to, extension, taker))


def _replaced(extensions: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in (new if key == old else key for key in extensions) if each))


def _named(place: Group | Number) -> Sentence:
    if isinstance(place, Group):
        return Sentence("the group {name} ({extension})", name=place.name, extension=place.extension)
    return Sentence("the number {number}", number=place.e164)
