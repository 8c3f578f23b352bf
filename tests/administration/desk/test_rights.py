"""The whole command table, tried by visitor, user and admin: who may do what, and that nobody reaches others' data.

A new verb needs a line in MAY; one that users or visitors may ask for needs one in ANOTHERS too: the arguments with
which Bert (22) would try to reach what is Anna's (21).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pbx.administration.commands import COMMANDS
from pbx.administration.desk.rights import Actor, May, actor_of, root, visitor
from pbx.control.protocol import Refused
from pbx.store.models import Account, Group, Office, Person
from pbx.store.rows import LegQuality, Step
from tests.administration.logins import ADMIN, Logins
from tests.leftovers import call_record
from tests.store.sound import write_sound

SECRET = "+4989777001"
"""The caller who left Anna a message: only she may know."""
CALL, TASK, MESSAGE = "annas-call", 1, 1

VISITORS = """
    session open, session who, session close, welcome state, welcome begin, invitation state, invitation accept,
    softphone, certificate export
"""
USERS = """
    account own, user list, user show, group list, number path, contact add, contact set, contact remove, contact list,
    contact page, contact show, call, mine, pin set, announcement set, task list, task show, task done, task reopen,
    task give, task call,
    message list, message sound, message heard, message remove, sound decode, greeting hear, greeting record,
    greeting taken, greeting show, greeting sound, now, history, history call
"""
ADMINS = """
    account add, account set, account remove, account invite, account withdraw, account list, user add, user set,
    user remove, user free, user paste, user leave, phone add, phone set, phone renew, phone ticket, phone remove,
    phone list, group add, group set, group remove, extension list, extension release, trunk add, trunk set,
    trunk remove, trunk list, trunk show, provider list, greeting list, number add, number set, number remove,
    number list, number show, contact look, contact import, change list, change page, change undo, office show,
    office set, calls, tasks, status, doctor, certificate show,
    retention show, retention set, privacy show, privacy erase, trace, backup make, backup list, backup read,
    backup remove, backup put, backup restore, backup open, backup back, group show, number trial, privacy export,
    privacy read, nightly show, nightly set, nightly now, update status, update offer, update install, update forget,
    update check
"""
ROOTS = "code show, code press, drain, voicemail list, voicemail export, voicemail remove"

MAY: dict[str, May] = {
    verb.strip(): least
    for least, verbs in zip(May, (VISITORS, USERS, ADMINS, ROOTS), strict=True)
    for verb in verbs.split(",")
}

PUBLIC: list[dict[str, Any]] = [{}]
ANOTHERS: dict[str, list[dict[str, Any]]] = {
    "session open": [{"name": "anna", "password": "guess"}],
    "session who": PUBLIC,
    "session close": PUBLIC,
    "welcome state": PUBLIC,
    "welcome begin": [{"code": "AAAAAAAAAA", "name": ADMIN, "password": "Apfel-Birne-Kirsche"}],
    "invitation state": [{"code": "AAAAAAAAAA"}],
    "invitation accept": [{"code": "AAAAAAAAAA", "password": "Apfel-Birne-Kirsche"}],
    "certificate export": PUBLIC,
    "softphone": [{"token": "AAAAAAAAAA"}],
    "account own": [{"old": "guess", "new": "Apfel-Birne-Kirsche"}, {"language": "en"}],
    "user list": PUBLIC,
    "user show": [{"person": "21"}],
    "group list": PUBLIC,
    "number path": [{"number": "+4930123450"}],
    "contact add": [{"name": "Doctor", "number": "+4930555"}],
    "contact set": [{"contact": "Bakery", "name": "Baker"}],
    "contact remove": [{"name": "Bakery"}],
    "contact list": PUBLIC,
    "contact page": PUBLIC,
    "contact show": [{"name": "Bakery"}],
    "call": [{"extension": "21", "number": "+4930555"}],
    "mine": PUBLIC,
    "pin set": [{"pin": "8365"}],
    "announcement set": [{"announcement_text": ""}],
    "task list": [{}, {"everybody": True}, {"done": True}],
    "task show": [{"task": TASK}],
    "task done": [{"task": TASK}],
    "task reopen": [{"task": TASK}],
    "task give": [{"task": TASK, "to": "22"}],
    "task call": [{"task": TASK}],
    "message list": [{}, {"extension": "21"}, {"extension": "31"}],
    "message sound": [{"message": MESSAGE}],
    "message heard": [{"message": MESSAGE}],
    "message remove": [{"message": MESSAGE}],
    "sound decode": [{"data": ""}, {"data": "", "upload": "annas-upload"}],
    "greeting show": [{"kind": "person", "key": "21"}, {"kind": "number", "key": "+4930123450"}],
    "greeting sound": [{"kind": "person", "key": "21"}, {"kind": "number", "key": "+4930123450"}],
    "greeting hear": [{"text": "hello"}],
    "greeting record": [{"extension": "21"}],
    "greeting taken": [{"id": "annas-recording"}],
    "now": PUBLIC,
    "history": [{}, {"extension": "21"}, {"search": SECRET}],
    "history call": [{"id": CALL}],
}

HERS = {"extension", "task", "message", "id", "key"}
"""Arguments that name what is Anna's: a command with them must be refused, not only answered with nothing."""

NOT_EVEN_ADMINS = ("message list", "message sound", "message heard", "message remove")
"""Only owners hear their voicemail, and people who were allowed to."""


@pytest.fixture
def annas(logins: Logins) -> Logins:
    """Anna has had a call, which left a message and a task; she has a phone, a PIN and a group of her own."""
    logins.do("user set", person="21", pin="4711")
    logins.do("phone add", extension="21", name="Annas telephone")
    logins.do("group add", name="Annas own", extension="31", members=["21"])
    logins.do("contact add", name="Bakery", number="+4930444")
    logins.do("trunk add", name="provider", peer="192.0.2.20:5060")
    logins.do("number add", number="+4930123450", trunk="provider", to=["21"])
    desk = logins.desk
    spool = desk.mailboxes.spool("21", SECRET, CALL, logins.now)
    write_sound(spool, 2.0)
    message = desk.mailboxes.keep(spool)
    legs = (LegQuality(SECRET), LegQuality("21"))
    steps = (Step(logins.now, "called", {"number": SECRET}),)
    desk.records.add_call(
        call_record(
            CALL,
            from_=SECRET,
            outcome="voicemail",
            started=logins.now,
            story=SECRET,
            steps=steps,
            legs=legs,
            trunk="provider",
        )
    )
    task = desk.records.add_task("21", "voicemail", SECRET, CALL, logins.now)
    assert message is not None
    assert (message.id, task.id) == (MESSAGE, TASK)
    return logins


def test_every_verb_has_its_line_here() -> None:
    """With each new verb one decides who may ask for it, and how somebody would misuse it."""
    assert {verb: command.may.name for verb, command in COMMANDS.items()} == {
        verb: MAY[verb].name if verb in MAY else "not in MAY" for verb in COMMANDS
    }
    below_admin = {verb for verb, command in COMMANDS.items() if command.may < May.ADMIN}
    assert not below_admin - ANOTHERS.keys(), "not in ANOTHERS"


@pytest.mark.parametrize("verb", COMMANDS)
def test_nobody_may_do_what_is_above_their_role(logins: Logins, verb: str) -> None:
    sessions = {May.VISITOR: "", May.USER: logins.log_in("anna"), May.ADMIN: logins.log_in(ADMIN)}
    before = logins.desk.office
    for role, session in sessions.items():
        code = 0
        try:
            logins.do(verb, session)
        except Refused as refused:
            code = refused.code
        assert (code == 4) == (role < COMMANDS[verb].may), f"{role.name}: {code}"
    assert logins.desk.office == before or COMMANDS[verb].may < May.ADMIN


def things(logins: Logins) -> Any:
    """All that is Anna's."""
    office, records = logins.desk.office, logins.desk.records
    return (
        office.people["21"],
        office.accounts["anna"],
        office.accounts[ADMIN],
        office.phones_of("21"),
        office.groups["31"],
        [message for message in records.messages() if message.extension == "21"],
        [task for task in records.tasks() if task.extension == "21"],
        records.call(CALL),
        [path.read_bytes() for path in sorted((logins.desk.data / "mailboxes" / "21").iterdir())],
    )


@pytest.mark.parametrize("verb", [verb for verb in COMMANDS if COMMANDS[verb].may < May.ADMIN])
@pytest.mark.parametrize("who", ["bert", ""])
def test_a_user_or_visitor_reaches_nothing_of_another_s_through_any_verb(annas: Logins, verb: str, who: str) -> None:
    session = annas.log_in(who) if who else ""
    before = things(annas)
    for arguments in ANOTHERS.get(verb, ()):
        _reach(annas, verb, session, arguments)
    assert things(annas) == before


@pytest.mark.parametrize("verb", NOT_EVEN_ADMINS)
def test_an_admin_reaches_nobody_s_voicemail_unless_they_are_allowed_to(annas: Logins, verb: str) -> None:
    session = annas.log_in(ADMIN)
    before = things(annas)
    for arguments in ANOTHERS[verb]:
        _reach(annas, verb, session, arguments)
    assert things(annas) == before
    annas.do("account set", account=ADMIN, mailboxes=["21"])
    assert annas.do(verb, annas.log_in(ADMIN), **(ANOTHERS[verb][0]))


def _reach(logins: Logins, verb: str, session: str, arguments: dict[str, Any]) -> None:
    """The answers must contain nothing that only Anna may know."""
    try:
        answer, was_refused = json.dumps(logins.do(verb, session, **arguments)), False
    except Refused as refused:
        answer, was_refused = str(refused), True
    assert was_refused or not arguments.keys() & HERS or verb == "history", f"{verb} {arguments} is done"
    for secret in (
        SECRET,
        "Annas telephone",
        "scrypt$",
        "digest$",
        "sealed$",
        *(logins.desk.folder.vault.password_of(phone) or "" for phone in logins.desk.office.phones_of("21")),
    ):
        assert secret not in answer, f"{verb} {arguments} tells {secret}"


# Actors


OFFICE = Office(
    people={key: Person(key, key) for key in ("21", "22", "23")},
    groups={"30": Group("30", "Sales", ("21", "22"))},
)


def test_one_hears_one_s_own_mailbox_those_of_one_s_groups_and_those_one_was_allowed() -> None:
    anna = actor_of(Account("anna", extension="21", mailboxes=("23",)))
    assert [each for each in ("21", "22", "23", "30") if anna.may_hear(OFFICE, each)] == ["21", "23", "30"]


@pytest.mark.parametrize(
    "actor", [actor_of(Account("chef", role="admin")), visitor(OFFICE), actor_of(Account("c", role="admin"))]
)
def test_who_has_no_extension_owns_nothing_and_hears_nothing(actor: Actor) -> None:
    for extension in ("", "21", "30"):
        assert not actor.owns(extension)
        assert not actor.may_hear(OFFICE, extension)


def test_root_may_everything() -> None:
    assert root(OFFICE).owns("21")
    assert root(OFFICE).may_hear(OFFICE, "21")
    assert root(OFFICE).is_admin
    assert root(OFFICE).may(May.ROOT)


def test_roles_stand_one_above_the_other() -> None:
    user = actor_of(Account("u", extension="21"))
    assert [user.may(least) for least in May] == [True, True, False, False]
    assert not user.is_admin
