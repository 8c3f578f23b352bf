"""Logging in and out at the web page."""

from typing import Any

from pbx.administration.access.accounts import find, stamp, view
from pbx.administration.desk import rights
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.rights import Actor
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Account
from pbx.store.secrets.passwords import password_matches

Shown = dict[str, Any]


def actor(desk: Desk, session: str | None) -> Actor:
    """Who asks, by the session's token: "" and one that has ended are a visitor's, None is root's."""
    if session is None:
        return rights.root(desk.office)
    name, made_for = (desk.records.sessions.account(session, desk.host.clock()) if session else None) or ("", "")
    account = desk.office.accounts.get(name)
    if account is None or stamp(account) != made_for:
        return rights.visitor(desk.office)
    return rights.actor_of(account)


def open(desk: Desk, name: str, password: str, source: str = "") -> Shown:
    """Log in with name or extension, from the address `source`: the session's token and the account.

    Raises Refused, in the same words and after the same time for a name that nobody has.
    """
    account = find(desk.office, name)
    # As it was typed: counted by account, equal waits would show that a name and an extension belong together.
    with desk.access.throttle.attempt(source, name.strip().casefold()[:80]):
        if not password_matches(account.password if account else "", password) or account is None:
            raise Refused(Sentence("The name or the password is wrong."), 4)
    return enter(desk, account)


def enter(desk: Desk, account: Account) -> Shown:
    """A new session for somebody who has proved their identity."""
    token = desk.records.sessions.open(account.name, stamp(account), desk.host.clock())
    return {"token": token, "account": view(desk, account)}


def who(desk: Desk) -> Shown | None:
    """The account of the session that asks; None when there is none, or the session has ended."""
    account = desk.office.accounts.get(desk.actor.name) if desk.actor.name else None
    return view(desk, account) if account else None


def close(desk: Desk) -> None:
    """Log out: the session that asks ends."""
    desk.records.sessions.close(desk.session)
