"""Commands by their names, as the command line and the control socket give them."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, get_type_hints

from pbx.administration import now
from pbx.administration.access import accounts, certificates, invitations, one_time_codes, sessions
from pbx.administration.backup import backup, nightly
from pbx.administration.changes import changes
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.given import types
from pbx.administration.desk.rights import ADMIN, ROOT, USER, VISITOR, Actor, May
from pbx.administration.doctor import health, test_call
from pbx.administration.history import calls, history, messages, privacy, retention, tasks, voicemail
from pbx.administration.office import (
    call_paths,
    contacts,
    contacts_import,
    groups,
    leaver,
    mine,
    numbers,
    office,
    people,
    people_import,
    person,
    phones,
    providers,
    retired_extensions,
    softphones,
    trunks,
)
from pbx.administration.sounds import announcements, sounds
from pbx.administration.update import draining, update, update_health
from pbx.control.protocol import Json, Refused
from pbx.sentence import Sentence, said
from pbx.store.models import Group, Number, Office, Person, Trunk
from pbx.store.records.database import RecordsError
from pbx.store.shapes import ShapeError, fit


@dataclass(frozen=True, slots=True)
class Command:
    """What a verb does, and who may ask for it."""

    act: Callable[..., Json]
    """Takes the Desk, then the arguments by name."""
    may: May
    writes: bool = False
    """It changes settings: one at a time, holding `desk.turns`."""
    of: type[Any] | None = None
    """The noun whose described fields are arguments too."""
    by: str = ""
    """Not those that the noun's own commands set, but these (`Description.by`)."""


COMMANDS: dict[str, Command] = {
    "session open": Command(sessions.open, VISITOR),
    "session who": Command(sessions.who, VISITOR),
    "session close": Command(sessions.close, VISITOR),
    "code show": Command(one_time_codes.show, ROOT, writes=True),
    "code press": Command(one_time_codes.press, ROOT, writes=True),
    "welcome state": Command(one_time_codes.state, VISITOR),
    "welcome begin": Command(one_time_codes.begin, VISITOR, writes=True),
    "invitation state": Command(invitations.state, VISITOR),
    "invitation accept": Command(invitations.accept, VISITOR, writes=True),
    "account own": Command(accounts.change_own, USER, writes=True),
    "account add": Command(accounts.add, ADMIN, writes=True),
    "account set": Command(accounts.change, ADMIN, writes=True),
    "account remove": Command(accounts.remove, ADMIN, writes=True),
    "account invite": Command(invitations.invite, ADMIN, writes=True),
    "account withdraw": Command(invitations.withdraw, ADMIN, writes=True),
    "account list": Command(accounts.listing, ADMIN),
    "user add": Command(people.add, ADMIN, writes=True, of=Person),
    "user set": Command(people.change, ADMIN, writes=True, of=Person),
    "user remove": Command(people.remove, ADMIN, writes=True),
    "user show": Command(person.show, USER),
    "user free": Command(person.free, ADMIN),
    "user paste": Command(people_import.paste, ADMIN, writes=True),
    "user leave": Command(leaver.leave, ADMIN, writes=True),
    "user list": Command(people.listing, USER),
    "phone add": Command(phones.add, ADMIN, writes=True),
    "phone set": Command(phones.change, ADMIN, writes=True),
    "phone renew": Command(phones.renew, ADMIN, writes=True),
    "phone ticket": Command(softphones.ticket, ADMIN),
    "softphone": Command(softphones.redeem, VISITOR),
    "phone remove": Command(phones.remove, ADMIN, writes=True),
    "phone list": Command(phones.listing, ADMIN),
    "group add": Command(groups.add, ADMIN, writes=True, of=Group),
    "group set": Command(groups.change, ADMIN, writes=True, of=Group),
    "group remove": Command(groups.remove, ADMIN, writes=True),
    "extension list": Command(retired_extensions.listing, ADMIN),
    "extension release": Command(retired_extensions.release, ADMIN, writes=True),
    "group show": Command(groups.show, ADMIN),
    "group list": Command(groups.listing, USER),
    "trunk add": Command(trunks.add, ADMIN, writes=True, of=Trunk),
    "trunk set": Command(trunks.change, ADMIN, writes=True, of=Trunk),
    "trunk remove": Command(trunks.remove, ADMIN, writes=True),
    "trunk list": Command(trunks.listing, ADMIN),
    "trunk show": Command(trunks.show, ADMIN),
    "provider list": Command(providers.listing, ADMIN),
    "number add": Command(numbers.add, ADMIN, writes=True, of=Number),
    "number set": Command(numbers.change, ADMIN, writes=True, of=Number),
    "number remove": Command(numbers.remove, ADMIN, writes=True),
    "number list": Command(numbers.listing, ADMIN),
    "number show": Command(numbers.show, ADMIN),
    "number path": Command(call_paths.path, USER),
    "number trial": Command(test_call.test_call, ADMIN),
    "contact add": Command(contacts.add, USER, writes=True),
    "contact set": Command(contacts.change, USER, writes=True),
    "contact remove": Command(contacts.remove, USER, writes=True),
    "contact list": Command(contacts.listing, USER),
    "contact page": Command(contacts.page, USER),
    "contact show": Command(contacts.show, USER),
    "contact look": Command(contacts_import.look, ADMIN),
    "contact import": Command(contacts_import.take, ADMIN, writes=True),
    "backup make": Command(backup.make, ADMIN),
    "backup list": Command(backup.listing, ADMIN),
    "backup read": Command(backup.read, ADMIN),
    "backup put": Command(backup.put, ADMIN),
    "backup remove": Command(backup.remove, ADMIN),
    "backup open": Command(backup.open, ADMIN),
    "backup restore": Command(backup.restore, ADMIN),
    "backup back": Command(backup.back, ADMIN),
    "nightly show": Command(nightly.show, ADMIN),
    "nightly set": Command(nightly.change, ADMIN),
    "nightly now": Command(nightly.now, ADMIN),
    "update status": Command(update.status, ADMIN),
    "update offer": Command(update.offer, ADMIN),
    "update install": Command(update.install, ADMIN),
    "update forget": Command(update.forget, ADMIN),
    "update check": Command(update_health.check, ADMIN),
    "certificate show": Command(certificates.show, ADMIN),
    "certificate export": Command(certificates.export, VISITOR),
    "change list": Command(changes.listing, ADMIN),
    "change page": Command(changes.page, ADMIN),
    "change undo": Command(changes.undo, ADMIN, writes=True),
    "office show": Command(office.show, ADMIN),
    "office set": Command(office.change, ADMIN, writes=True, of=Office),
    "call": Command(calls.call, USER),
    "mine": Command(mine.mine, USER),
    "pin set": Command(mine.set_pin, USER, writes=True),
    "announcement set": Command(mine.set_announcement, USER, writes=True),
    "task list": Command(tasks.listing, USER),
    "task show": Command(tasks.show, USER),
    "task done": Command(tasks.done, USER),
    "task reopen": Command(tasks.reopen, USER),
    "task give": Command(tasks.give, USER),
    "task call": Command(tasks.call_back, USER),
    "message list": Command(messages.listing, USER),
    "message sound": Command(messages.sound, USER),
    "message heard": Command(messages.mark, USER),
    "message remove": Command(messages.remove, USER),
    "sound decode": Command(sounds.decode, USER),
    "greeting list": Command(announcements.listing, ADMIN),
    "greeting show": Command(announcements.show, USER),
    "greeting sound": Command(announcements.sound, USER),
    "greeting hear": Command(sounds.hear, USER),
    "greeting record": Command(sounds.record, USER),
    "greeting taken": Command(sounds.taken, USER),
    "calls": Command(calls.listing, ADMIN),
    "tasks": Command(tasks.everybodys, ADMIN),
    "voicemail list": Command(voicemail.listing, ROOT),
    "voicemail export": Command(voicemail.export, ROOT),
    "voicemail remove": Command(voicemail.remove, ROOT),
    "status": Command(office.status, ADMIN),
    "drain": Command(draining.drain, ROOT),
    "now": Command(now.now, USER),
    "doctor": Command(health.examine, ADMIN),
    "history": Command(history.listing, USER),
    "history call": Command(history.call, USER),
    "trace": Command(history.trace, ADMIN),
    "retention show": Command(retention.show, ADMIN),
    "retention set": Command(retention.change, ADMIN, writes=True, of=Office, by=retention.RETENTION),
    "privacy show": Command(privacy.show, ADMIN),
    "privacy export": Command(privacy.export, ADMIN),
    "privacy read": Command(privacy.read, ADMIN),
    "privacy erase": Command(privacy.erase, ADMIN, writes=True),
}


KEEPING = (
    *("backup make", "backup put", "backup restore", "backup back", "nightly set", "nightly now"),
    *("update offer", "update install", "privacy erase"),
)
"""Commands that are meant for the disk, and must not be done to its stand-in."""


def writes(verb: str) -> bool:
    """Whether the verb's commands take turns."""
    return verb in COMMANDS and COMMANDS[verb].writes


def perform(desk: Desk, verb: str, arguments: Mapping[str, Json], session: str | None = None) -> Json:
    """Do a command; its arguments are checked against the types of the function behind it.

    `session` is the token of who asks: "" for a visitor, None for root. Any thread may call. Raises Refused.
    """
    command = COMMANDS.get(verb)
    if command is None:
        raise Refused(Sentence("There is no command “{verb}”.", verb=verb))
    try:
        with desk.turns if command.writes else nullcontext():
            own = desk.by(sessions.actor(desk, session), verb, session or "")
            _allow(own.actor, command)
            if verb in KEEPING:
                desk.check_kept()
            return command.act(own, **_fitted(verb, command, arguments))
    except RecordsError as error:
        raise Refused(Sentence("The database cannot be used: {why}", why=str(error)), 1) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise Refused(Sentence("The data folder cannot be used: {why}.", why=why), 1) from error


def _allow(actor: Actor, command: Command) -> None:
    """Raises Refused unless the actor may do that."""
    if actor.may(command.may):
        return
    if actor.role == "visitor":
        raise Refused(Sentence("Please log in first."), 4)
    if command.may is ADMIN:
        raise Refused(Sentence("Only admins can do this."), 4)
    raise Refused(Sentence("This can only be done on the box itself."), 4)


def _fitted(verb: str, command: Command, arguments: Mapping[str, Json]) -> dict[str, Any]:
    parameters = {
        name: each
        for name, each in signature(command.act).parameters.items()
        if name != "desk" and each.kind is not Parameter.VAR_KEYWORD
    }
    described = types(command.of, command.by) if command.of else {}
    if unknown := arguments.keys() - parameters.keys() - described.keys():
        raise Refused(Sentence("“{verb}” has no argument “{name}”.", verb=verb, name=min(unknown)))
    missing = [n for n, p in parameters.items() if p.default is Parameter.empty and n not in arguments]
    if missing:
        raise Refused(Sentence("“{verb}” needs {names}.", verb=verb, names=missing), field=missing[0])
    hints = described | get_type_hints(command.act)
    try:
        return {name: fit(hints[name], value, name) for name, value in arguments.items()}
    except ShapeError as error:
        sentence = Sentence("{field} {what}", field=error.field, what=error.sentence.inside())
        raise Refused(sentence, field=error.field, template=said(error.sentence)) from error
