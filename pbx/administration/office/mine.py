"""What people see and change about themselves."""

from typing import Any

from pbx.administration.desk import callers
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.rights import Actor
from pbx.administration.history import calls, messages, tasks
from pbx.administration.office import people
from pbx.control.protocol import Refused
from pbx.sentence import Sentence

Shown = dict[str, Any]

LAST_CALLS = 5
FIRST_TASKS = 5


def mine(desk: Desk) -> Shown:
    """One's own page: `person` (None without an extension) with their phones, new `messages`, last `calls`.

    `tasks` are only the newest; `open_tasks` is how many there are.
    """
    office, person = desk.office, desk.office.people.get(desk.actor.extension)
    heard = messages.listing(desk)
    waiting = tasks.listing(desk, limit=FIRST_TASKS)
    return {
        "account": {"name": desk.actor.name, "role": desk.actor.role, "extension": desk.actor.extension},
        "person": None if person is None else people.view(person, office) | {"phones": _phones(desk)},
        "groups": [
            {"extension": group.extension, "name": group.name}
            for group in office.groups.values()
            if desk.actor.extension in group.members
        ],
        "tasks": waiting["tasks"],
        "open_tasks": waiting["all"],
        "mailboxes": heard["mailboxes"],
        "messages": [message for message in heard["messages"] if not message["heard"]],
        "calls": _calls(desk) if person is not None else [],
    }


def set_pin(desk: Desk, pin: str, seen: str | None = None) -> Shown:
    """Change one's own voicemail PIN; an empty one removes it. Raises Refused."""
    return people.change(desk, _extension(desk.actor), pin=pin, seen=seen)


def set_announcement(
    desk: Desk,
    announcement_text: str | None = None,
    announcement_sound: str | None = None,
    seen: str | None = None,
) -> Shown:
    """Change what callers hear when one is not there; an empty text goes back to the default. Raises Refused."""
    return people.change(
        desk,
        _extension(desk.actor),
        announcement_text=announcement_text,
        announcement_sound=announcement_sound,
        seen=seen,
    )


def _extension(actor: Actor) -> str:
    if not actor.extension:
        raise Refused(Sentence("Your login has no extension."))
    return actor.extension


def _phones(desk: Desk) -> list[Shown]:
    registered = desk.live.registrations() if desk.live is not None else {}
    return [
        {"username": phone.username, "label": phone.label, "registered": bool(registered.get(phone.username))}
        for phone in desk.office.phones_of(desk.actor.extension)
    ]


def _calls(desk: Desk) -> list[Shown]:
    """The person's last calls, newest first, without what only the history needs."""
    found = reversed(desk.records.calls(LAST_CALLS, desk.actor.extension))
    office = desk.office
    shown = [
        calls.view(call)
        | {
            "from_name": callers.name_of(office, call.from_, call.from_name),
            "to_name": callers.name_of(office, call.to),
        }
        for call in found
    ]
    return [{name: value for name, value in each.items() if name not in ("steps", "legs")} for each in shown]
