"""Logging in and out at the web page."""

import time
from typing import Any

from pbx.administration import rights
from pbx.administration.accounts import find, view
from pbx.administration.rights import Actor
from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.passwords import password_matches

Shown = dict[str, Any]


def actor(stores: Stores, session: str | None) -> Actor:
    """Who asks, by his session's token: "" and one that has ended are a visitor's, None is root's."""
    if session is None:
        return rights.root(stores.office)
    name = stores.records.sessions.account(session, time.time()) if session else None
    account = stores.office.accounts.get(name) if name is not None else None
    return rights.visitor(stores.office) if account is None else rights.actor_of(account)


def open(stores: Stores, name: str, password: str, source: str = "") -> Shown:
    """Log in, from the address `source`: the session's token and the account. Raises Refused."""
    account = find(stores.office, name)
    if not password_matches(account.password if account else "", password) or account is None:
        raise Refused(Sentence("Name or password is wrong."), 4)
    token = stores.records.sessions.open(account.name, time.time())
    return {"token": token, "account": view(account, stores.office)}


def who(stores: Stores, actor: Actor) -> Shown | None:
    """The account of the session that asks; None when it has none, or has ended."""
    account = stores.office.accounts.get(actor.name) if actor.name else None
    return view(account, stores.office) if account else None


def close(stores: Stores, token: str) -> None:
    """Log out."""
    stores.records.sessions.close(token)
