"""Trunks: the ways to the telephone network."""

import dataclasses
from typing import Any, Literal

from pbx.administration import lookup
from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.store.models import Trunk
from pbx.store.settings import with_items, without_items

Shown = dict[str, Any]
Transport = Literal["udp", "tcp", "tls"]


def add(
    stores: Stores,
    name: str,
    peer: str | None = None,
    register: str | None = None,
    password: str | None = None,
    auth_user: str | None = None,
    proxy: str | None = None,
    transport: Transport | None = None,
) -> Shown:
    """A new trunk: a peer known by its address, or an account (`register`: USER@DOMAIN). Raises Refused."""
    if any(name.strip().lower() == other.lower() for other in stores.office.trunks):
        raise Refused(f"There is a trunk {lookup.shown(name)} already.")
    if bool(peer) == bool(register):
        raise Refused("A trunk has either --peer HOST[:PORT] or --register USER@DOMAIN.")
    return _saved(stores, _with(Trunk(name.strip()), peer, register, password, auth_user, proxy, transport))


def change(
    stores: Stores,
    trunk: str,
    peer: str | None = None,
    register: str | None = None,
    password: str | None = None,
    auth_user: str | None = None,
    proxy: str | None = None,
    transport: Transport | None = None,
) -> Shown:
    """Change what is given; an account stays an account and a peer a peer. Raises Refused."""
    old = lookup.trunk(stores.office, trunk)
    if (old.peer and register is not None) or (not old.peer and peer is not None):
        raise Refused(f"{trunk} is {'a peer' if old.peer else 'an account'}: add another trunk instead.")
    return _saved(stores, _with(old, peer, register, password, auth_user, proxy, transport))


def remove(stores: Stores, trunk: str) -> Shown:
    """Remove a trunk. Raises Refused while a number comes in over it."""
    old = lookup.trunk(stores.office, trunk)
    if numbers := [number.e164 for number in stores.office.numbers.values() if number.trunk == trunk]:
        raise Refused(f"The trunk {trunk} still brings {lookup.listed(numbers)}: remove or move these numbers first.")
    shown = view(stores, old)
    stores.save(without_items(stores.office, old))
    return shown


def listing(stores: Stores) -> list[Shown]:
    """All trunks, by name."""
    return [view(stores, trunk) for _, trunk in sorted(stores.office.trunks.items())]


def view(stores: Stores, trunk: Trunk) -> Shown:
    """A trunk as JSON, without its password."""
    stopped = ("stopped", "The exchange is not running.")
    state, detail = stores.live.trunk_states().get(trunk.name, ("unknown", "")) if stores.live else stopped
    return {
        "name": trunk.name,
        "state": state,
        "detail": detail,
        "kind": "peer" if trunk.peer else "register",
        "peer": trunk.peer,
        "user": trunk.user,
        "domain": trunk.domain,
        "auth_user": trunk.auth_user,
        "proxy": trunk.proxy,
        "transport": trunk.transport,
    }


def _with(
    trunk: Trunk,
    peer: str | None,
    register: str | None,
    password: str | None,
    auth_user: str | None,
    proxy: str | None,
    transport: Transport | None,
) -> Trunk:
    """The trunk with what is given changed. Raises Refused."""
    changed: dict[str, Any] = {"peer": peer, "password": password, "auth_user": auth_user, "proxy": proxy}
    if register is not None:
        user, at, domain = register.removeprefix("sip:").rpartition("@")
        if not at or not user or not domain:
            raise Refused(f"{lookup.shown(register)} is no account: --register USER@DOMAIN is needed.")
        changed |= {"user": user, "domain": domain}
    changed |= {"transport": transport}
    trunk = dataclasses.replace(trunk, **{field: value for field, value in changed.items() if value is not None})
    if trunk.peer and (trunk.password or trunk.auth_user):
        raise Refused("A peer is known by its address: a password or an auth user belong to --register.")
    if not trunk.peer and not trunk.password:
        raise Refused("An account needs its password: --password-file FILE")
    return trunk


def _saved(stores: Stores, trunk: Trunk) -> Shown:
    way = (trunk.peer, trunk.user, trunk.domain)
    for other in stores.office.trunks.values():
        if other.name != trunk.name and (other.peer, other.user, other.domain) == way:
            raise Refused(f"The trunk {other.name} is this way already: their calls could not be told apart.")
    stores.save(with_items(stores.office, trunk))
    return view(stores, trunk)
