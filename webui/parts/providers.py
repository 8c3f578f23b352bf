"""What to ask of somebody who has a provider's letter in his hand: the fields of a trunk, in that letter's words."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from babel import Locale

from pbx.alphabet import place
from webui.form import Field, Form
from webui.request import Visit
from webui.words import N_

OTHER = "other"
BOX = "box"

TRANSPORTS = (("", N_("automatic")), ("udp", "UDP"), ("tcp", "TCP"), ("tls", "TLS"))


def grouped(visit: Visit) -> list[tuple[str, list[dict[str, Any]]]]:
    """All providers by country, in words: the office's country, what is everywhere, then those abroad by name."""
    names = Locale.parse(visit.language).territories
    found = visit.ask("provider list")
    groups = [(names.get(country, country) if country else "", list(those))
              for country, those in groupby(found, lambda each: str(each["country"]))]  # fmt: skip
    near = [country for country, _ in groups].index("") + 1
    return groups[:near] + sorted(groups[near:], key=lambda group: place(group[0]))


def provider(visit: Visit, key: str) -> dict[str, Any] | None:
    """One provider; None when there is none of that key."""
    found = (each for each in visit.ask("provider list") if each["key"] == key)
    return next(found, None)


def called(visit: Visit, shown: Mapping[str, Any]) -> str:
    """The provider's name for people."""
    if shown["key"] == BOX:
        return visit._("A router in your network (FRITZ!Box)")
    return str(shown["name"]) or visit._("Another provider")


def fields(shown: Mapping[str, Any], is_new: bool) -> list[Field]:
    """The fields of a trunk there. The telephone trade's own words are in “another provider” only."""
    if shown["key"] == OTHER:
        return [
            Field("server", label=N_("Registrar (SIP server)"), 
                  help=N_("As in the provider's letter, for example sip.example.com"),
                  required=True, autocomplete="off"),
            Field("account", label=N_("SIP user name"), required=True, autocomplete="off"),
            Field("password", "password", N_("SIP password"), required=is_new, autocomplete="new-password"),
            Field("auth_user", label=N_("Authentication user"), help=N_("Only if it differs from the user name."),
                  autocomplete="off"),
            Field("proxy", label=N_("Outbound proxy"), help=N_("Only if the provider's letter names one."),
                  autocomplete="off"),
            Field("transport", "choice", N_("Transport"), options=TRANSPORTS),
        ]  # fmt: skip
    asked = []
    if shown["server"]:
        where = N_("Its name or address in your network.") if shown["key"] == BOX else ""
        label = N_("Address of the FRITZ!Box") if shown["key"] == BOX else shown["server"]
        asked.append(Field("server", label=label, help=where, required=True, autocomplete="off"))
    asked.append(Field("account", label=shown["account"] or N_("User name"), required=True, autocomplete="off"))
    if shown["login"]:
        asked.append(Field("auth_user", label=shown["login"], required=True, autocomplete="off"))
    label = shown["password"] or N_("Password")
    asked.append(Field("password", "password", label, required=is_new, autocomplete="new-password"))
    return asked


def form_for(visit: Visit, shown: Mapping[str, Any], trunk: Mapping[str, Any] | None = None) -> Form:
    """The form for a trunk at the provider: a new one, or one that is there."""
    if trunk is not None:
        return visit.form(fields(shown, is_new=False), trunk)
    start = {"server": shown["server_example"] if shown["key"] == BOX else ""}
    return visit.form(fields(shown, is_new=True), start)


def peer_fields() -> Sequence[Field]:
    """The fields of a trunk that is known by its address."""
    return (
        Field("peer", label=N_("Address of the peer"), required=True, autocomplete="off"),
        Field("transport", "choice", N_("Transport"), options=TRANSPORTS),
    )
