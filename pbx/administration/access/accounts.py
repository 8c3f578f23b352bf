"""Accounts: who may log in at the web page, and as what."""

import dataclasses
import hashlib
from typing import Any

from pbx.administration.access import passwords
from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.versions import check_seen, version
from pbx.alphabet import place
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Account, Language, Office, Role
from pbx.store.records.records import Records
from pbx.store.secrets.passwords import password_matches
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    desk: Desk,
    name: str,
    password: str = "",
    role: Role = "user",
    extension: str = "",
    language: Language | None = None,
    mailboxes: list[str] | None = None,
) -> Shown:
    """A new account; without a password its bearer can log in only after an invitation. Raises Refused."""
    office = desk.office
    account = Account(
        free_name(office, name),
        passwords.hashed(password, name) if password else "",
        role,
        _own_extension(office, extension),
        language or (office.people[extension].language if extension else office.language),
        tuple(dict.fromkeys(mailboxes or ())),
    )
    desk.save(with_items(office, account))
    return view(desk, account)


def change(
    desk: Desk,
    account: str,
    name: str | None = None,
    role: Role | None = None,
    extension: str | None = None,
    language: Language | None = None,
    mailboxes: list[str] | None = None,
    password: str | None = None,
    seen: str | None = None,
) -> Shown:
    """Change what is given; a new name, role or password ends the account's sessions except the one that asks.

    Only root may give somebody a password: from the page people are invited to choose their own. Raises Refused.
    """
    office = desk.office
    old = named(office, account)
    check_seen(desk, old, seen)
    if password is not None and desk.actor.role != "root":
        raise Refused(
            Sentence("People choose their own passwords. Send them an invitation instead."), 4, field="password"
        )
    given: dict[str, Any] = {
        "name": free_name(office, name, old) if name is not None else None,
        "role": role,
        "extension": _own_extension(office, extension, old) if extension is not None else None,
        "language": language,
        "mailboxes": tuple(dict.fromkeys(mailboxes)) if mailboxes is not None else None,
        "password": passwords.hashed(password, name or old.name) if password is not None else None,
    }
    new = dataclasses.replace(old, **{field: value for field, value in given.items() if value is not None})
    changed = with_items(without_items(office, old), new)
    _keep_an_admin(office, changed, "role")
    desk.save(changed)
    if stamp(new) != stamp(old):
        _log_off(desk.records, old, new, desk.session if desk.actor.name == old.name else "")
    return view(desk, new)


def remove(desk: Desk, account: str, seen: str | None = None) -> Shown:
    """Remove an account and end its sessions. Raises Refused when no admin would be left."""
    office = desk.office
    old = named(office, account)
    check_seen(desk, old, seen)
    changed = without_items(office, old)
    _keep_an_admin(office, changed, "")
    shown = view(desk, old)
    desk.save(changed)
    _log_off(desk.records, old, None, "")
    return shown


def change_own(
    desk: Desk,
    old: str = "",
    new: str = "",
    language: Language | None = None,
) -> Shown:
    """Change one's own language, or one's own password, which needs the old one and ends the other sessions.

    Raises Refused.
    """
    office = desk.office
    account = office.accounts.get(desk.actor.name)
    if account is None:
        raise Refused(Sentence("Please log in first."), 4)
    changed = dataclasses.replace(account, language=language or account.language)
    if new:
        with desk.access.throttle.attempt("", account.name.casefold()[:80]):
            if not password_matches(account.password, old):
                raise Refused(Sentence("This is not your current password."), field="old")
        changed = dataclasses.replace(changed, password=passwords.hashed(new, account.name, "new"))
    desk.save(with_items(office, changed))
    if new:
        _log_off(desk.records, account, changed, desk.session)
    return view(desk, changed)


def listing(desk: Desk) -> list[Shown]:
    """All accounts, by name."""
    return [view(desk, account) for account in _by_name(desk.office)]


def _by_name(office: Office) -> list[Account]:
    return sorted(office.accounts.values(), key=lambda account: place(account.name))


def view(desk: Desk, account: Account) -> Shown:
    """An account as JSON, without its password."""
    person = desk.office.people.get(account.extension)
    return {
        "name": account.name,
        "role": account.role,
        "extension": account.extension,
        "person": person.name if person else account.name,
        "language": account.language,
        "mailboxes": list(account.mailboxes),
        "active": bool(account.password),
        "invited_until": desk.records.sessions.invitations(desk.host.clock()).get(account.name),
        "version": version(account),
    }


def find(office: Office, name: str) -> Account | None:
    """The account with that name, in upper or lower case, or with that extension."""
    wanted = name.strip().casefold()
    by_name = {account.name.casefold(): account for account in office.accounts.values()}
    by_extension = {account.extension: account for account in office.accounts.values() if account.extension}
    return by_name.get(wanted) or by_extension.get(wanted)


def named(office: Office, name: str) -> Account:
    """The account of that name or extension. Raises Refused."""
    found = find(office, name)
    if found is None:
        there = ", ".join(each.name for each in _by_name(office))
        hint = f"What there is: {there}." if there else "There is none yet."
        raise Refused(Sentence("There is no login called {name}.", name=lookup.shown(name)), field="account", hint=hint)
    return found


def free_name(office: Office, name: str, own: Account | None = None) -> str:
    """The name without spaces around it, if no other account has it. Raises Refused."""
    other = next((each for each in office.accounts.values() if each.name.casefold() == name.strip().casefold()), None)
    if other is not None and other != own:
        raise Refused(Sentence("There is already a login called {name}.", name=lookup.shown(other.name)), field="name")
    return name.strip()


def has_admin(office: Office) -> bool:
    """Whether anybody could log in as an admin."""
    return any(account.role == "admin" and account.password for account in office.accounts.values())


def stamp(account: Account) -> str:
    """A hash of what a session depends on: it ends when the password, the role or the bearer of the name changes."""
    return hashlib.sha256(repr((account.name, account.role, account.password)).encode()).hexdigest()[:32]


def _log_off(records: Records, old: Account, new: Account | None, session: str) -> None:
    """End all sessions and invitations of a changed or removed account, except the session that did it."""
    sessions = records.sessions
    sessions.close_all(old.name, but_for=session)
    sessions.end_invitations(old.name)
    if new is not None and session:
        sessions.renew(session, new.name, stamp(new))


def _own_extension(office: Office, extension: str, own: Account | None = None) -> str:
    """A person's extension that no other account has, or none. Raises Refused."""
    if not extension:
        return ""
    person = lookup.person(office, extension)
    for other in office.accounts.values():
        if other.extension == extension and other != own:
            raise Refused(
                Sentence("{person} already has a login: “{name}”.", person=person.name, name=other.name),
                field="extension",
            )
    return extension


def _keep_an_admin(before: Office, after: Office, field: str) -> None:
    if has_admin(before) and not has_admin(after):
        raise Refused(
            Sentence("This is the only admin. Without one, nobody could change the settings any more."), 1, field=field
        )
