"""The last calls, and placing a call from the page."""

import dataclasses
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import needed
from pbx.administration.desk.rights import Actor
from pbx.control.protocol import Refused
from pbx.exchange.dialling.dialled import keys
from pbx.exchange.dialling.numbers import BadNumber, Outside, as_written, split_contact
from pbx.sentence import Sentence
from pbx.store.models import Office, Person
from pbx.store.records.history import Wanted
from pbx.store.records.paging import TablePageRequest
from pbx.store.rows import CallRecord

Shown = dict[str, Any]
MOST, AT_ONCE = 100_000, 1000
"""Calls that can be asked for, and how many fit one answer: a line of the control socket has a longest length."""


def listing(desk: Desk, last: int = 20, before: int | None = None) -> Shown:
    """The last `calls`, the newest at the end; with `before`, taken from the previous answer, those further back.

    There are no more than AT_ONCE in one answer. `all` is how many there are, `before` where the next answer goes on:
    None at the oldest call. Raises Refused.
    """
    if not 0 < last <= MOST:
        raise Refused(
            Sentence("The number of calls must be between 1 and {most}.", most=MOST), field="last", hint="--last N"
        )
    found, page = desk.records.history.page(Wanted(), TablePageRequest(before, most=min(last, AT_ONCE)))
    goes_on = page.places[-1] if page.counts()["more"] else None
    return {"calls": [view(each.record) for each in reversed(found)], "all": page.all, "before": goes_on}


def call(desk: Desk, number: str, extension: str | None = None) -> Shown:
    """Ring a phone (a user's own one), then call a number, contact or colleague for whoever answers.

    Raises Refused.
    """
    office, person = desk.office, to_ring(desk.office, desk.actor, extension)
    own = person.extension
    target, suffix = _wanted(office, number.strip())
    if target == own:
        raise Refused(Sentence("This is your own extension."), field="number")
    live = needed(desk.live)
    if not office.phones_of(own):
        raise Refused(
            Sentence("{name} ({extension}) has no phone yet.", name=person.name, extension=own),
            hint=f"durchwahl phone add {own}",
        )
    return {"id": live.call(own, target, suffix), "from": own, "to": target, "suffix": suffix}


def to_ring(office: Office, actor: Actor, extension: str | None) -> Person:
    """Whose phone rings for the asker: their own; an admin may name somebody else. Raises Refused."""
    own = extension or actor.extension
    if not own:
        raise Refused(
            Sentence("You have no extension of your own. Please choose whose phone should ring."), field="extension"
        )
    if not (actor.is_admin or actor.owns(own)):
        raise Refused(Sentence("You can only make your own phone ring."), 4, field="extension")
    return lookup.person(office, own)


def view(call: CallRecord) -> Shown:
    """A call as JSON."""
    shown = dataclasses.asdict(call)
    shown["from"] = shown.pop("from_")
    return shown


def _wanted(office: Office, text: str) -> tuple[str, str]:
    """Number or extension, and what is dialled after the answer, from what somebody typed. Raises Refused."""
    if office.bearer(keys(text)):
        return keys(text), ""
    if text in office.contacts:
        return office.contacts[text].number, office.contacts[text].extension
    sought = text.casefold()
    targets = {(each.extension, "") for each in office.people.values() if each.name.casefold() == sought}
    targets |= {(each.extension, "") for each in office.groups.values() if each.name.casefold() == sought}
    targets |= {(each.number, each.extension) for each in office.contacts.values() if each.name.casefold() == sought}
    if len(targets) == 1:
        return targets.pop()
    if len(targets) > 1:
        raise Refused(
            Sentence("There is more than one “{name}”. Please enter the number.", name=text[:60]), field="number"
        )
    number = text.partition(";")[0]  # ext=21 may follow it
    if any(char.isalpha() for char in (number[4:] if number[:4].lower() == "tel:" else number)):
        raise Refused(Sentence("Nobody is called “{name}”.", name=text[:60]), field="number")
    return _number(office, text)


def _number(office: Office, text: str) -> tuple[str, str]:
    """Number and what is dialled after the answer; emergency and service numbers stay as they are. Raises Refused."""
    try:
        written, extension = split_contact(text)
        meant = as_written(written, office)
    except BadNumber as error:
        raise Refused(error.sentence, field="number") from error
    return meant.e164 if isinstance(meant, Outside) else meant.number, extension
