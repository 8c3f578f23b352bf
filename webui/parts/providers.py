"""The fields of a trunk, in the words of the provider's letter that people have in front of them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from babel import Locale

from pbx.alphabet import place
from pbx.store.fields import descriptions
from pbx.store.models import Trunk
from webui.described import fields_of
from webui.form import Field, Form
from webui.request import Request
from webui.words import N_

OTHER = "other"
BOX = "box"

_KNOWN = descriptions(Trunk)


def grouped(request: Request) -> list[tuple[str, list[dict[str, Any]]]]:
    """All providers by country, in words: the office's country, those everywhere, then other countries by name."""
    names = Locale.parse(request.language).territories
    found = request.ask("provider list")
    groups = [(names.get(country, country) if country else "", list(those))
              for country, those in groupby(found, lambda each: str(each["country"]))]  # fmt: skip
    near = [country for country, _ in groups].index("") + 1
    return groups[:near] + sorted(groups[near:], key=lambda group: place(group[0]))


def provider(request: Request, key: str) -> dict[str, Any] | None:
    """The provider with that key, or None."""
    found = (each for each in request.ask("provider list") if each["key"] == key)
    return next(found, None)


def called(request: Request, shown: Mapping[str, Any]) -> str:
    """The provider's name as people read it."""
    if shown["key"] == BOX:
        return request._("A router in your network (FRITZ!Box)")
    return str(shown["name"]) or request._("Another provider")


def fields(shown: Mapping[str, Any], is_new: bool) -> list[Field]:
    """The fields of a trunk there. Only “another provider” uses the technical terms of telephony."""
    if shown["key"] == OTHER:
        return [
            Field("server", label=_KNOWN["domain"].label,
                  help=N_("As in the provider's letter, for example sip.example.com"),
                  required=True, autocomplete="off"),
            Field("account", label=_KNOWN["user"].label, required=True, autocomplete="off"),
            *fields_of(Trunk, "password", "auth_user", "proxy", "transport", password={"required": is_new}),
        ]  # fmt: skip
    asked = []
    if shown["server"]:
        where = N_("Its name or address in your network.") if shown["key"] == BOX else ""
        label = N_("Address of the FRITZ!Box") if shown["key"] == BOX else shown["server"]
        asked.append(Field("server", label=label, help=where, required=True, autocomplete="off"))
    asked.append(Field("account", label=shown["account"] or N_("User name"), required=True, autocomplete="off"))
    if shown["login"]:
        asked.append(Field("auth_user", label=shown["login"], required=True, autocomplete="off"))
    password = {"label": shown["password"] or N_("Password"), "required": is_new}
    return [*asked, *fields_of(Trunk, "password", password=password)]


def form_for(request: Request, shown: Mapping[str, Any], trunk: Mapping[str, Any] | None = None) -> Form:
    """The form for a new or existing trunk at the provider."""
    if trunk is not None:
        return request.form(fields(shown, is_new=False), trunk)
    start = {"server": shown["server_example"] if shown["key"] == BOX else ""}
    return request.form(fields(shown, is_new=True), start)


def peer_fields() -> Sequence[Field]:
    """The fields of a trunk without registration, known by its address."""
    return fields_of(Trunk, "peer", "transport", peer={"required": True})
