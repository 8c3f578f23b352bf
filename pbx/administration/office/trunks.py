"""Trunks: the ways to the telephone network."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.given import changed, shown
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.office import providers, target_rule
from pbx.administration.office.trunk_words import explained
from pbx.alphabet import place
from pbx.control.protocol import Refused
from pbx.exchange.story import reason
from pbx.exchange.trunks.turned_away import Refusal
from pbx.sentence import Sentence, said
from pbx.store.models import Language, Office, Trunk
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    desk: Desk,
    name: str | None = None,
    register: str | None = None,
    provider: str | None = None,
    account: str | None = None,
    server: str | None = None,
    **given: Any,
) -> Shown:
    """A new trunk: a peer known by its address, an account (`register`: USER@DOMAIN), or an account at a provider.

    Raises Refused.
    """
    office = desk.office
    if sum(1 for way in (given.get("peer"), register, provider) if way) != 1:
        raise Refused(
            Sentence("Name exactly one of these for a line: a peer, an account, or a known provider."),
            hint="one of --peer HOST[:PORT], --register USER@DOMAIN, --provider KEY",
        )
    made_from = _provider(provider) if provider else None
    if made_from is not None and not (name or "").strip():
        name = providers.trunk_name(made_from, server or "", list(office.trunks))
    trunk = Trunk((name or "").strip(), provider=provider or "")
    if any(trunk.name.lower() == other.lower() for other in office.trunks):
        raise Refused(Sentence("There is already a line called {name}.", name=lookup.shown(trunk.name)), field="name")
    if made_from is not None:
        trunk = _at_provider(office, trunk, made_from, account or "", server or "", given.get("auth_user"))
        register = None
        set_by_it = ("peer", "auth_user", *(("proxy", "transport") if made_from.key != providers.OTHER else ()))
        given |= dict.fromkeys(set_by_it)
    return _saved(desk, _with(trunk, register, given))


def change(
    desk: Desk,
    trunk: str,
    register: str | None = None,
    account: str | None = None,
    server: str | None = None,
    seen: str | None = None,
    **given: Any,
) -> Shown:
    """Change what is given of `Trunk`; an account stays one, a peer too. An empty password is none. Raises Refused."""
    old = lookup.trunk(desk.office, trunk)
    check_seen(desk, old, seen)
    if (old.peer and register is not None) or (not old.peer and given.get("peer") is not None):
        kind = Sentence("a peer") if old.peer else Sentence("an account")
        raise Refused(Sentence("{trunk} is {kind}. Please add another line instead.", trunk=trunk, kind=kind))
    given["password"] = given.get("password") or None
    new = old
    if not old.peer and (account is not None or server is not None):
        provider = providers.of(old)
        user = old.user if account is None else account
        place = providers.server_of(provider, old) if server is None else server
        new = _at_provider(desk.office, old, provider, user, place, given.get("auth_user"))
    new = _with(new, register, given)
    if new.domain != old.domain and not given["password"]:
        raise Refused(Sentence("You have changed the server. Please enter the password again."), field="password")
    return _saved(desk, new)


def remove(desk: Desk, trunk: str, seen: str | None = None) -> Shown:
    """Remove a trunk. Raises Refused while a number comes in over it."""
    old = lookup.trunk(desk.office, trunk)
    check_seen(desk, old, seen)
    if numbers := _numbers(desk.office, old):
        raise Refused(
            Sentence("The line {trunk} still carries {numbers}. Remove these numbers first, or move them to another"
                     " line.",
                     trunk=trunk, numbers=numbers)
        )  # fmt: skip
    removed = view(desk, old)
    desk.save(without_items(desk.office, old))
    return removed


def listing(desk: Desk) -> list[Shown]:
    """All trunks, by name."""
    return [view(desk, trunk) for trunk in sorted(desk.office.trunks.values(), key=lambda each: place(each.name))]


def show(desk: Desk, trunk: str) -> Shown:
    """One trunk, with its provider, and the calls that were refused lately in the asker's language. Raises Refused."""
    found = lookup.trunk(desk.office, trunk)
    refused = desk.live.refusals().get(found.name, ()) if desk.live else ()
    more = {"refused": [_refusal(each, desk.actor.language) for each in refused]}
    return view(desk, found) | more | {"made_from": providers.view(providers.of(found))}


def _refusal(refusal: Refusal, language: Language) -> Shown:
    return {
        "at": refusal.at,
        "number": refusal.number,
        "words": reason(refusal.reason, language),
        "source": refusal.source,
        "times": refusal.times,
    }


def view(desk: Desk, trunk: Trunk) -> Shown:
    """A trunk as JSON, without its password."""
    stopped = ("stopped", "The exchange is not running.")
    state, detail = desk.live.trunk_states().get(trunk.name, ("unknown", "")) if desk.live else stopped
    provider = providers.of(trunk)
    return {
        "name": trunk.name,
        "state": state,
        "detail": detail,
        "words": said(explained(trunk, state, detail, desk.records.directions(trunk.name))),
        "kind": "peer" if trunk.peer else "register",
        "user": trunk.user,
        "domain": trunk.domain,
        **{name: value for name, value in shown(trunk).items() if name != "password"},
        "provider": trunk.provider,
        "provider_name": provider.name,
        "account": trunk.user,
        "server": providers.server_of(provider, trunk),
        "numbers": _numbers(desk.office, trunk),
        "version": version(trunk),
    }


def _numbers(office: Office, trunk: Trunk) -> list[str]:
    return sorted(number.e164 for number in office.numbers.values() if number.trunk == trunk.name)


def _provider(key: str) -> providers.Provider:
    """The provider of that key, if a trunk can be made of it. Raises Refused."""
    found = providers.PROVIDERS.get(key)
    if found is None:
        raise Refused(Sentence("There is no provider called {key}.", key=lookup.shown(key)), field="provider")
    if found.lacks is not None:
        raise Refused(found.lacks, field="provider")
    return found


def _at_provider(
    office: Office, trunk: Trunk, provider: providers.Provider, account: str, server: str, login: str | None
) -> Trunk:
    """The trunk as an account at the provider. Raises Refused."""
    server = server.strip()
    if provider.server and not server:
        raise Refused(Sentence("The server is missing. It is in your provider's letter."), field="server")
    user = providers.account(provider, account, office)
    if not user:
        raise Refused(Sentence("The user name is missing. It is in your provider's letter."), field="account")
    if provider.login and not (login or trunk.auth_user):
        raise Refused(Sentence("The login name is missing. It is in your provider's letter."), field="auth_user")
    return dataclasses.replace(
        trunk,
        user=user,
        domain=provider.domain.replace("{server}", server),
        auth_user=trunk.auth_user if login is None else login.strip(),
        proxy=provider.proxy.replace("{server}", server) or trunk.proxy,
        transport=provider.transport or trunk.transport,
    )


def _with(trunk: Trunk, register: str | None, given: Mapping[str, Any]) -> Trunk:
    """The trunk with what is given. Raises Refused."""
    trunk = changed(trunk, given)
    if register is not None:
        user, at, domain = register.removeprefix("sip:").rpartition("@")
        if not at or not user or not domain:
            raise Refused(
                Sentence(
                    "{account} is not an account. Please write it as USER@DOMAIN.", account=lookup.shown(register)
                ),
                field="register",
            )
        trunk = dataclasses.replace(trunk, user=user, domain=domain)
    if trunk.peer and (trunk.password or trunk.auth_user):
        raise Refused(
            Sentence("A peer is recognised by its address and needs no user name or password."), field="password"
        )
    if not trunk.peer and not trunk.password:
        raise Refused(Sentence("The account's password is missing."), field="password", hint="--password-file FILE")
    return trunk


def _saved(desk: Desk, trunk: Trunk) -> Shown:
    way = (trunk.peer, trunk.user, trunk.domain)
    for other in desk.office.trunks.values():
        if other.name != trunk.name and (other.peer, other.user, other.domain) == way:
            raise Refused(
                Sentence(
                    "The line {name} already leads there, and the box could not tell their calls apart.",
                    name=other.name,
                )
            )
    field = "server" if trunk.provider else "register"
    for text, name in ((trunk.peer, "peer"), (trunk.domain, field), (trunk.proxy, "proxy")):
        if text:
            target_rule.check(desk, text, name)
    desk.save(with_items(desk.office, trunk))
    return view(desk, trunk)
